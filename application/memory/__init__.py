"""What is remembered: put down, found again, told to agents, and forgotten."""
