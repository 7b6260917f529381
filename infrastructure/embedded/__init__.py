"""The real Postgres and the real Valkey that Z2 brings along and runs for itself."""
