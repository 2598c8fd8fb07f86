"""Checks of a database: start-up, rules, introspection."""
