"""Training with torch: the loop, and what it is made of."""
