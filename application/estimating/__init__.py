"""What a workflow is likely to cost, computed before anything is done."""
