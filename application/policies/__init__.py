"""Code that answers events with jobs and commands."""
