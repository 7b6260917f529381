"""The ledger: what calls of models may cost, and what they came to."""
