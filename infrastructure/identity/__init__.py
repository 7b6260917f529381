"""Names, passwords and tokens: who somebody is. None of it is in the log."""
