"""How long the ranking is held at the end of a comparison."""

CLOSING_SECONDS = 5.0
"""The ranking is held for so long at the most."""


def closing_frames(fps: float, duration: float | None = None) -> int:
    """For how many frames the closing still is held: a quarter of a short clip, at the most."""
    seconds = CLOSING_SECONDS if duration is None else min(CLOSING_SECONDS, duration / 4)
    return max(1, round(seconds * fps))
