"""Which curve is on top where several lie on each other: blocks of the x axis, shared in turn."""

import numpy as np
from numpy.typing import NDArray

BLOCK = 30.0
"""Width of a block, in pixels at 720."""
PLACES = 12
"""Along x, so many in a block."""
NEAR, FAR = 3.2, 6.0
"""In pixels at 720, across the curves: so near they share a line, until they are so far away."""
MOST_APART = 2
"""So many of a block's places, about a fifth, may be farther apart than that."""
WAIT_SECONDS = 0.5
FADE_SECONDS = 0.3


class Lanes:
    """How much each block's owner is to be seen over the others, from frame to frame.

    Block b belongs to curve b mod N. Its owner comes over the others once it has lain near one of
    them for `WAIT_SECONDS` and goes as that is `FAR`; both fade. In the first frame, and where a
    frame doesn't follow the one before, nobody waits and nothing fades.
    """

    def __init__(self, left: float, right: float, count: int, fps: float, pixel: float) -> None:
        """Begin with no frame.

        Args:
            left: where all curves begin, in pixels.
            right: where they end.
            count: of the curves.
            fps: frames a second.
            pixel: one pixel at 720.
        """
        self.blocks = max(1, round((right - left) / (BLOCK * pixel)))
        self.x = np.linspace(left, right, self.blocks * PLACES + 1)
        """Where the curves are looked at, in pixels."""
        self.owners = np.arange(self.blocks) % count
        """Whose each block is."""
        self._pixel = pixel
        self._wait = max(1, round(WAIT_SECONDS * fps))
        self._fade = 1 / max(1, round(FADE_SECONDS * fps))
        self._near_for = np.zeros((count, self.blocks), np.int64)
        self._opacities = np.zeros((count, self.blocks))
        self._frame: int | None = None

    def block(self, number: int) -> slice:
        """The places along x of a block, both its edges among them."""
        return slice(number * PLACES, (number + 1) * PLACES + 1)

    def show(self, heights: NDArray[np.float64], frame: int) -> NDArray[np.float64]:
        """How opaque each block's owner is over the others, shape (blocks,).

        Args:
            heights: shape (N, len(x)), of the curves in pixels; not a number where there is none.
            frame: its number.
        """
        if frame != self._frame:
            distances = self._distances(heights)
            near = distances < NEAR * self._pixel
            if self._frame is not None and frame == self._frame + 1:
                self._follow(near, distances < FAR * self._pixel)
            else:
                self._near_for = np.where(near, self._wait, 0)
                self._opacities = near.astype(np.float64)
            self._frame = frame
        highest: NDArray[np.float64] = self._opacities.max(axis=0)
        return highest

    def _follow(self, near: NDArray[np.bool_], is_not_far: NDArray[np.bool_]) -> None:
        longer = np.minimum(self._near_for + 1, 2 * self._wait)
        self._near_for = np.where(near, longer, np.where(is_not_far, self._near_for, 0))
        aim = (self._near_for >= self._wait).astype(np.float64)
        self._opacities += np.clip(aim - self._opacities, -self._fade, self._fade)

    def _distances(self, heights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of each curve from each block's owner, shape (N, blocks); infinite of itself."""
        with np.errstate(invalid="ignore", over="ignore"):
            slopes = np.hypot(1, np.gradient(heights, self.x, axis=1))
            shape = (len(heights), self.blocks, PLACES)
            tall, steep = (each[:, :-1].reshape(shape) for each in (heights, slopes))
            numbers = np.arange(self.blocks)
            own, own_steep = tall[self.owners, numbers], steep[self.owners, numbers]
            across = np.abs(tall - own) / np.maximum(steep, own_steep)
        across = np.partition(np.nan_to_num(across, nan=np.inf), -1 - MOST_APART, axis=2)
        distances: NDArray[np.float64] = across[:, :, -1 - MOST_APART].copy()
        distances[self.owners, numbers] = np.inf
        return distances
