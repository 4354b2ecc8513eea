"""The names of several curves right of their axes, where these end, none touching another."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from numpy.typing import NDArray

from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page

GAP = 8.0
"""From the axes to the names, at 720 px."""
APART = 1.15
"""From one name to the next, in font sizes."""
MOST = 12
"""More names than these would be a list; the curves have none then."""
LONGEST = 24


class CurveNames:
    """Names that ride at their curves' right ends, pushed apart where they would touch."""

    @in_force()
    def __init__(
        self, page: Page, axes: Axes, box: Box, names: Sequence[str], colours: Sequence[str],
        size: float,
    ) -> None:  # fmt: skip
        self._page, self._axes, self._box = page, axes, box
        names = list(names)[:MOST]
        self._size = min(size, box.height / (APART * len(names)))
        self._texts = [
            page.text(box.right + page.px(GAP), box.bottom, name[:LONGEST], self._size,
                      weight="bold", colour=colour)
            for name, colour in zip(names, colours, strict=False)
        ]  # fmt: skip
        self.moving: Sequence[Artist] = self._texts

    def show(self, ends: NDArray[np.float64]) -> None:
        """Move the names to where the curves end, shape (K,), in the axes' own units."""
        low, high = self._axes.get_ylim()
        half = self._size / 2
        shares = np.clip((np.nan_to_num(ends[: len(self._texts)]) - low) / (high - low), 0, 1)
        middles = self._box.bottom + shares * self._box.height
        step = APART * self._size
        places = apart(middles, step, self._box.bottom + half, self._box.top - half)
        for text, place in zip(self._texts, places.tolist(), strict=True):
            text.set_y((place - 0.33 * self._size) / self._page.box.height)


def apart(
    middles: NDArray[np.float64], step: float, low: float, high: float
) -> NDArray[np.float64]:
    """The places nearest to `middles` that are `step` apart, between `low` and `high`.

    Those that would touch stand in a block about their mean.
    """
    order = np.argsort(middles, kind="stable")
    blocks: list[list[float]] = []  # the middle of each, and how many stand there
    for value in middles[order].tolist():
        blocks.append([min(max(value, low), high), 1.0])
        while True:
            middle, count = blocks[-1]
            reach = step * (count - 1) / 2
            blocks[-1][0] = min(max(middle, low + reach), high - reach)
            if len(blocks) < 2:
                break
            before, others = blocks[-2]
            if blocks[-1][0] - before >= step * (count + others) / 2:
                break
            blocks.pop()
            total = count + others
            blocks[-1] = [(before * others + middle * count) / total, total]
    places = [
        middle + step * (number - (count - 1) / 2)
        for middle, count in blocks
        for number in range(int(count))
    ]
    result = np.empty(len(middles))
    result[order] = places
    return result
