"""How Z2 gets onto a machine."""
