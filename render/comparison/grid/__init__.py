"""A comparison with a panel for every configuration."""
