"""The processes of one machine, kept alive and in step."""
