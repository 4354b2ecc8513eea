"""A run folder: what training leaves and a renderer needs, read and written. Torch-free."""
