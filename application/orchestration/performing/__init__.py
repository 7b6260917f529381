"""How a step is done, one file for what belongs together."""
