"""matplotlib set up for exact frames and put back, and what is drawn with it."""
