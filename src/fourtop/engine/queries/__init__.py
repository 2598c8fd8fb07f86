"""Queries: reads that change nothing."""
