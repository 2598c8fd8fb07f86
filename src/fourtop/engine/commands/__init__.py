"""Commands: one module each, named after its verb."""
