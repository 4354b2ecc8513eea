"""The training points: dots or rings, smaller and paler the more there are."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.lines import Line2D

from fitreel.model.record.reader import Record
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.plots.fit_axes import Order

DIAMETER = 8.0
SMALLEST = 2.6
"""Of a dense cloud's dots; lengths are those of 720 px."""
SMALLEST_PIXELS = 1.5
"""Whatever the size of the picture."""
FULL_SIZE = 150
"""Up to so many points have the full size."""
FULL_COLOUR, PALEST_FROM, PALEST = 1000, 30_000, 0.5
"""Up to how many points have their full colour, from how many on they are palest, and how pale.

Else network and true function would be lost on the solid colour of a dense cloud."""
RING = 1.4
"""How wide a ring's line is."""
SMALLEST_RING = 5.0
"""The diameter under which a ring has no hole to be seen: it is a dot then."""
RIM_OVER = 1.5
MOST_OVER = 500
"""So many points may lie over the network; more would hide it."""


@dataclass(frozen=True)
class PointStyle:
    """How points look; lengths in pixels."""

    colour: str
    opacity: float
    diameter: float
    ring: float
    """The width of a ring's line; 0 for filled dots."""

    def properties(self, page: Page) -> dict[str, Any]:
        """As matplotlib wants it for a line without a line."""
        filled = not self.ring
        return {
            "linestyle": "none", "marker": "o", "alpha": self.opacity,
            "markersize": page.points(self.diameter - self.ring),
            "markerfacecolor": self.colour if filled else "none",
            "markeredgecolor": self.colour, "markeredgewidth": page.points(self.ring),
        }  # fmt: skip


def point_style(
    page: Page, count: int, *, colour: str, opacity: float, diameter: float = DIAMETER
) -> PointStyle:
    """How `count` points look: a dense cloud is dense, and its outliers are seen.

    `diameter` is that of few points, at 720 px.
    """
    crowd = min(1.0, (FULL_SIZE / max(count, 1)) ** 0.25)
    length = max(SMALLEST, diameter * page.theme.points_size * crowd)
    is_ring = not page.theme.points_filled and length >= SMALLEST_RING
    strength = np.interp(np.log(max(count, 1)), np.log([FULL_COLOUR, PALEST_FROM]), [1.0, PALEST])
    colour = _mixed(colour, page.theme.axes, float(strength))
    return PointStyle(
        colour, opacity, max(page.px(length), SMALLEST_PIXELS), page.px(RING) if is_ring else 0.0
    )


def _mixed(colour: str, ground: str, strength: float) -> str:
    """An opaque colour, `strength` of it `colour`; dots on each other don't deepen it."""
    pairs = zip(to_rgb(colour), to_rgb(ground), strict=True)
    red, green, blue = (strength * a + (1 - strength) * b for a, b in pairs)
    return str(to_hex((red, green, blue)))


@in_force()
def draw_points(
    page: Page, axes: Axes, run: Record, style: PointStyle, over: bool = False
) -> Line2D:
    """Draw a run's points, none of them cut at the axes' edges.

    With `over` they lie over the network, as in a film that ends overfitted: where they are few
    enough not to hide it.
    """
    order, properties = Order.POINTS, style.properties(page)
    if over and len(run.x) <= MOST_OVER:
        order = Order.POINTS_OVER
        properties |= _over_network(page, style)
    (points,) = axes.plot(run.x, run.y, zorder=order, clip_on=False, **properties)
    return points


def _over_network(page: Page, style: PointStyle) -> dict[str, Any]:
    """What sets points off from a line that is about as wide as they are."""
    ground = page.theme.axes
    if style.ring:
        return {"markerfacecolor": ground}
    rim = page.px(RIM_OVER)
    size = page.points(style.diameter + rim)
    return {"markersize": size, "markeredgecolor": ground, "markeredgewidth": page.points(rim)}
