"""Tools that take a library or a database of their own."""
