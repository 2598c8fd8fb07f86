"""Statements: everything that is sent to a database."""
