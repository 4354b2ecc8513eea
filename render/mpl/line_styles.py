"""How lines are told apart, also by who doesn't see all colours."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import Colormap, LinearSegmentedColormap, to_hex
from matplotlib.lines import Line2D

from fitreel.render.mpl.theme import Theme

MOST_DISTINCT = 16
"""So many lines can be told apart; more get neighbouring colours by their order."""

MARKER = 2.4
"""How wide a marker is that stands for a line, in widths of the line."""


@dataclass(frozen=True)
class LineStyle:
    """A colour, and dashes in line widths (empty: a plain line)."""

    colour: str
    dashes: tuple[float, ...] = ()

    @property
    def linestyle(self) -> tuple[float, tuple[float, ...]] | Literal["-"]:
        """As matplotlib wants it."""
        return (0.0, self.dashes) if self.dashes else "-"


def mark_point(line: Line2D) -> Line2D:
    """The same line; where all its places along x are one, as a marker, since it has no length.

    Its places are in order.
    """
    x = np.asarray(line.get_xdata())
    is_point = len(x) > 0 and bool(x[0] == x[-1])
    line.set(marker="o" if is_point else "None", markersize=MARKER * line.get_linewidth())
    return line


@in_force()
def line_styles(count: int, theme: Theme) -> list[LineStyle]:
    """One style a run: colours and dashes of `theme`, of very many runs neighbouring colours."""
    lines, dashes = theme.lines, theme.dashes
    if count <= MOST_DISTINCT:
        turns, rounds = (
            (len(dashes), len(lines)) if theme.dashes_first else (len(lines), len(dashes))
        )
        places = [(i % turns, i // turns % rounds) for i in range(count)]
        if theme.dashes_first:
            places = [(colour, dash) for dash, colour in places]
        return [LineStyle(lines[colour], dashes[dash]) for colour, dash in places]
    if theme.many:
        colours: Colormap = LinearSegmentedColormap.from_list("many", theme.many)
        return [LineStyle(to_hex(colours(i / (count - 1)))) for i in range(count)]
    # The brightest end of the map is lost on white.
    viridis = colormaps["viridis"]
    return [LineStyle(to_hex(viridis(0.92 * i / (count - 1)))) for i in range(count)]
