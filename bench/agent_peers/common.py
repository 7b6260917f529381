"""What every peer is asked to do: one turn, in which a model calls one tool and then answers."""

INSTRUCTIONS = "You answer questions, and calculate with your tool."
QUESTION = "How much is 2 * 3?"
MODEL = "acts"
"""The model server's: it calls the first tool that it is given, and answers once that has given something."""


def product(expression: str) -> str:
    """Calculate an expression."""
    return "6" if expression == "2 * 3" else "unknown"
