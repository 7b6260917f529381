"""Webhooks: secrets, what was and was not delivered, and the sending."""
