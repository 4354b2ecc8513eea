"""A line that has no length: a point."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import numpy as np
from matplotlib.lines import Line2D

MARKER = 2.4
"""How wide a marker is that stands for a line, in widths of the line."""


def mark_point(line: Line2D) -> Line2D:
    """The same line; where all its places along x are one, as a marker, since it has no length.

    Its places are in order.
    """
    x = np.asarray(line.get_xdata())
    is_point = len(x) > 0 and bool(x[0] == x[-1])
    line.set(marker="o" if is_point else "None", markersize=MARKER * line.get_linewidth())
    return line
