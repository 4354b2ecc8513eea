"""Axes whose limits and numbers all panels share, and the key of what is in them."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from fitreel.render.comparison.cells.needs import CellPlace
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import drawable
from fitreel.render.mpl.ticks import Ticks, linear_ticks
from fitreel.render.plots.axes_furniture import draw_furniture
from fitreel.render.plots.fields.class_key import ROW, KeyEntry, draw_class_key, key_rows
from fitreel.render.plots.fit_axes import Limits, fit_axes
from fitreel.render.text.axis_labels import AxisLabels

UNDER_ALL = 1.5
"""As matplotlib's zorder: axes lie under all that moves, so that they needn't be painted in every
frame."""
MOST_X_TICKS = 3
NO_LIMITS = Limits((0.0, 1.0), (0.0, 1.0))
OVER_KEY = 0.5
"""In font sizes, from the numbers over a key to its letters."""
CAPITAL = 0.74
MOST_ROWS = 2


def class_entries(names: Sequence[str], styles: Sequence[tuple[str, str]]) -> list[KeyEntry]:
    """What classes are called, beside their colours and markers."""
    return [
        KeyEntry(drawable(name), colour, marker)
        for name, (colour, marker) in zip(names, styles, strict=True)
    ]


class FootKey:
    """A key under all panels, in as many rows as it takes, but no more than two.

    Of entries that don't fit, `least` stay.
    """

    def __init__(
        self, setting: Setting, entries: Sequence[KeyEntry], least: Sequence[KeyEntry] = ()
    ) -> None:
        self._setting, self._size = setting, setting.plan.label
        room = setting.plan.width - setting.plan.margin - setting.left
        rows = key_rows(setting.page, entries, self._size, room)
        if len(rows) > MOST_ROWS:
            rows = key_rows(setting.page, least, self._size, room)
        self._rows = rows
        self.height = (OVER_KEY + CAPITAL + ROW * (len(rows) - 1)) * self._size if rows else 0.0
        """In pixels."""

    def draw(self, box: Box) -> None:
        """Draw it at the upper left of `box`."""
        start = box.left, box.top - (OVER_KEY + CAPITAL) * self._size
        draw_class_key(self._setting.page, self._rows, start, self._size, box.width)


def draw_shared_axes(setting: Setting, place: CellPlace, names: AxisLabels) -> Axes:
    """Axes with the numbers that all panels share, at the outer edges alone.

    The upright axis has its name in the first panel, the other under the lowest ones.
    """
    axes = fit_axes(setting.page, place.box, setting.limits or NO_LIMITS)
    axes.set_axis_on()
    heights, texts = setting.y_ticks
    draw_furniture(
        setting.page, axes, place.box, x_ticks(setting, place.box.width),
        (heights, texts if place.has_y_numbers else [""] * len(texts)),
        tick=setting.plan.tick, x_labels=place.has_x_numbers,
        names=AxisLabels(names.x if place.has_x_numbers else "", names.y if place.is_first else ""),
    )  # fmt: skip
    axes.spines[:].set_zorder(UNDER_ALL)
    return axes


def x_ticks(setting: Setting, width: float) -> Ticks:
    """As many as have room under a panel of this width."""
    if setting.limits is None:
        return [], []
    count = MOST_X_TICKS
    while count > 1:
        places, texts = linear_ticks(*setting.limits.x, count)
        widths = [setting.lettering.width(text, setting.plan.tick) for text in texts]
        if np.sum(widths) + 0.8 * setting.plan.tick * len(texts) <= width:
            break
        count -= 1
    return places, texts
