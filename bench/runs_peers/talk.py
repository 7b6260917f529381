"""The conversation that every side has: about 900 tokens a turn, which nobody has said before."""

import random

_TEXT = """
tide turbine bay moon water dawn harbour current station blade gate river wave power season morning storm engineer
valley pump meter signal channel anchor reef ebb flood lock bridge cable
"""
WORDS = _TEXT.split()
SENTENCES = 28


def question(number: int) -> str:
    """What is asked in a turn."""
    chance = random.Random(number)
    return " ".join(_sentence(chance) for _ in range(SENTENCES))


def _sentence(chance: random.Random) -> str:
    return f"{' '.join(chance.choices(WORDS, k=12)).capitalize()} {chance.randrange(10**6)}."


def answer(asked: str) -> str:
    """What is said to that: as long as it, in other words."""
    return question(sum(map(ord, asked)) * 1_000_003 + len(asked))
