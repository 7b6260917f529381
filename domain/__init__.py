"""The rules of Z2 and nothing else: no clock, no randomness, no I/O."""
