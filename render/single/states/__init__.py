"""What the picture of one run shows, frame after frame."""
