"""The demo's look for other functions than its own: what holds for all frames of a film."""
