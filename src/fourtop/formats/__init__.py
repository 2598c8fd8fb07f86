"""Formats: encoding of values as text, and decoding."""
