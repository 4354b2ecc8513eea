"""A page to scrub a run in a browser: its numbers, its plots, its own script, in one file."""
