"""How an agent is told what to do."""
