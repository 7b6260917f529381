"""What can keep one of our own servers from running, each said in one line with its mend."""


class ServerError(Exception):
    """The server cannot run here."""
