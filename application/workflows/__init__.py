"""Workflows as people write them: read, checked with the line of each mistake, published, compared and drawn."""
