"""How large data may be: what a record holds, and what can be drawn of it."""

MOST_INPUTS = 64
MOST_OUTPUTS = 20
MOST_CLASSES = 50
LARGEST_NUMBER = 1e150
"""Of points, in their own units: squares of such are numbers still."""
MOST_SPREAD_SNAPSHOTS = 1_000_000
"""Of `snapshot_at = "log"`: which epochs they are is held in memory, 0.1 GB for so many."""
