"""The plots that pictures are made of: points, curves, losses, and the furniture of axes."""
