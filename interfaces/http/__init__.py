"""The HTTP API: one file for each noun, errors as RFC 9457 problems, a token for everything but signing in."""
