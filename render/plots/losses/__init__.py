"""What a loss plot is made of: its axis, its paths, the noise in the data."""
