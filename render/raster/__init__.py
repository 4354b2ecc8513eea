"""From a scene to frames: only what changed is drawn."""
