"""How large data may be: what a record holds, and what can be drawn of it."""

MOST_INPUTS = 64
MOST_OUTPUTS = 20
MOST_CLASSES = 50
