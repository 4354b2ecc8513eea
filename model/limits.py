"""How large data may be: what a record holds, and what can be drawn of it."""

MOST_INPUTS = 64
MOST_OUTPUTS = 20
MOST_CLASSES = 50
LARGEST_NUMBER = 1e150
"""Of points, in their own units: squares of such are numbers still."""
