"""Which snapshot is on screen in which frame."""
