"""From a run to its files: frames drawn once, beside being encoded."""
