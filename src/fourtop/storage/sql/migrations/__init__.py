"""The migrations of the SQL stores: one revision a step, up and down, for both databases."""
