"""A comparison with all curves in one fit, and a table."""
