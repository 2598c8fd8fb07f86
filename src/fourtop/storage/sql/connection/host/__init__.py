"""Transactions of the host: its connection, its settings, and a savepoint inside."""
