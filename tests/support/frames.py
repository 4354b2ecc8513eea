"""Frames to write, in a test's own process and in those that it starts."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.uint8]
WIDTH, HEIGHT = 160, 120


def drawn(count: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Iterator[Frames]:
    """A red antialiased line that moves over blue dots on white, in one array used again."""
    width, height = size
    down, across = np.mgrid[:height, :width].astype(np.float64)
    frame = np.full((height, width, 4), 255, np.uint8)
    dots = np.hypot(across % 24 - 12, down % 24 - 12)
    dot = np.clip(4 - dots, 0, 1)[..., None]
    for number in range(count):
        curve = height * (0.5 + 0.3 * np.sin(across / width * 3 + number / 40))
        line = np.clip(3 - np.abs(down - curve), 0, 1)[..., None]
        colour = 255 + dot * (np.array([31, 119, 180]) - 255)
        frame[..., :3] = np.round(colour + line * (np.array([255, 0, 0]) - colour))
        yield frame
