"""How lines are told apart, also by who doesn't see all colours."""

import fitreel.render.defaults  # isort: skip  # noqa: F401  (before matplotlib)

from dataclasses import dataclass
from typing import Literal

from matplotlib import colormaps
from matplotlib.colors import to_hex

# Okabe and Ito's colours, less the yellow, which is lost on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES: tuple[tuple[float, ...], ...] = ((), (3.2, 1.2), (1.0, 0.9))
"""In line widths, on and off; no dash at all first."""
MOST_DISTINCT = 16
"""So many lines can be told apart; more get neighbouring colours by their order."""
STRONG = "#D55E00"
PALE = "#0072B2"


@dataclass(frozen=True)
class LineStyle:
    """A colour, and dashes in line widths (empty: a plain line)."""

    colour: str
    dashes: tuple[float, ...] = ()

    @property
    def linestyle(self) -> tuple[float, tuple[float, ...]] | Literal["-"]:
        """As matplotlib wants it."""
        return (0.0, self.dashes) if self.dashes else "-"


def line_styles(count: int) -> list[LineStyle]:
    """One style a run."""
    if count <= MOST_DISTINCT:
        return [
            LineStyle(COLOURS[i % len(COLOURS)], DASHES[i // len(COLOURS)]) for i in range(count)
        ]
    # The brightest end of the map is lost on white.
    viridis = colormaps["viridis"]
    return [LineStyle(to_hex(viridis(0.92 * i / (count - 1)))) for i in range(count)]
