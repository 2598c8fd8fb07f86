"""Formats: how values are written as text and read back."""
