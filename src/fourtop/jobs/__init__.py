"""Jobs: sweep holds, prune old rows, relay the outbox."""
