"""Adapters: the technology behind the ports of the application."""
