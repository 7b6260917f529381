"""Read models: tables folded from the log, one file each."""
