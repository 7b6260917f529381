"""Evaluating: recorded runs become cases, which are run anew and scored."""
