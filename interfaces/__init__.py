"""The ways in: HTTP, the command line, the processes, and the composition root."""
