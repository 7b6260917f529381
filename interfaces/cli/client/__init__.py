"""What the commands do that talk to a Z2: nothing here is imported before such a command runs."""
