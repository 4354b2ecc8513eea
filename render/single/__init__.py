"""One run's pictures."""
