"""Tools that need nothing from outside."""
