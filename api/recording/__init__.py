"""A record of somebody else's loop: what it is given, when a step is kept, who writes it."""
