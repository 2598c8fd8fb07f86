"""The store in memory, and its awaited twin."""
