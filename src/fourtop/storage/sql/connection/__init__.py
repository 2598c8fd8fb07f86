"""Connections: engines, transactions, tenants and driver errors."""
