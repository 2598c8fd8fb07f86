"""Dispatch: check a call, then run it on a store."""
