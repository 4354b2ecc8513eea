"""Many networks of one shape trained at once."""
