"""How hard the properties are searched: quickly and always alike, or `HYPOTHESIS_PROFILE=thorough`."""

import os

from hypothesis import settings

settings.register_profile("quick", max_examples=25, derandomize=True, database=None, deadline=None)
settings.register_profile("thorough", max_examples=1_000, derandomize=False, database=None, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
