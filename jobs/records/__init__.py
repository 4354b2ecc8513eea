"""Records under `runs/`: which there are, and which go."""
