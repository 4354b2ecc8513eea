"""The panel of the hidden units: what each of the last layer adds to the curve, and their sum.

Of several outputs it is how far each unit moves them; their sums are the picture itself.
"""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from numpy.typing import NDArray

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.geometry import Box
from fitreel.render.mpl.line_styles import mark_point
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.network.recorded_network import largest, thinned
from fitreel.render.panel_kinds import NO_HIDDEN_LAYERS
from fitreel.render.single.layout.themed_layout import PanelPlace
from fitreel.render.single.panels.panel import PanelStyle, axes_over_x, signed_ticks
from fitreel.render.single.panels.ramp import draw_gradient, ramp, ramp_colours
from fitreel.render.single.panels.reach import reach
from fitreel.render.single.panels.recorded import network_of

MOST_UNITS = 32
"""So many hidden units are drawn one by one: those that add the most at the end."""
PLACES = 200
"""So many places along x show a unit's contribution."""
UNIT, SUM = 1.8, 5.0
"""How wide their lines are, in pixels at 720."""
BAR = 32.0
"""How wide the key's colours are, in pixels at 720."""
BESIDE = 0.35
"""From the colours to the words beside them, in font sizes."""
SMALLEST = 0.68
"""To which the key shrinks, in font sizes of the numbers."""


class HiddenUnits:
    """Each unit times its weight, coloured by how much it adds at the end; their sum."""

    def __init__(
        self, run: Record, style: PanelStyle, samples: Sequence[Snapshot], height: float
    ) -> None:
        self._run, self._style = run, style
        self._network = network_of(run, samples, "units")
        if not self._network.units:
            raise BadInput(f"film.panels: units: {NO_HIDDEN_LAYERS}")
        order = np.argsort(run.prediction_x, kind="stable")
        self._x = thinned(run.prediction_x[order], PLACES).astype(np.float64)
        parts = [self._parts(snapshot) for snapshot in samples]
        with np.errstate(all="ignore"):
            added = np.nan_to_num(np.ptp(parts[-1][: self._network.units], axis=1), nan=np.inf)
        most = largest(added, MOST_UNITS)
        self._units = most[np.argsort(-added[most], kind="stable")]
        shown = [*self._units, *range(self._network.units, len(parts[-1]))]
        lines = [part[shown] for part in parts]
        self._reach = reach(lines, samples, style.axis)
        self._ticks = signed_ticks(self._reach, height, style)
        self.y_texts: Sequence[str] = self._ticks[1]

    def draw(self, place: PanelPlace, inner: Box) -> None:
        """As `Panel`."""
        page = self._style.page
        limits = -self._reach, self._reach
        axes = axes_over_x(self._run, self._style, place, inner, limits, self._ticks)
        nothing = np.full(len(self._x), np.nan)
        colours = ramp_colours(page.theme, len(self._units))
        self._lines = [
            axes.plot(self._x, nothing, color=colour, lw=page.points(page.px(UNIT)),
                      zorder=4 - 0.01 * rank)[0]
            for rank, colour in enumerate(colours)
        ]  # fmt: skip
        if self._run.header.is_curve:
            self._lines += axes.plot(
                self._x, nothing, color=page.theme.prediction, lw=page.points(page.px(SUM)),
                solid_capstyle="round", solid_joinstyle="round", zorder=5,
            )  # fmt: skip
        self.moving: Sequence[Artist] = tuple(map(mark_point, self._lines))

    def least_key_width(self) -> float:
        """How much room the key needs, in pixels."""
        page = self._style.page
        smallest = SMALLEST * self._style.tick
        return _key_width(page, self._ranks(), smallest, page.px(BAR) / 2)

    def _ranks(self) -> tuple[str, str]:
        return "1", str(len(self._units))

    def draw_key(self, left: float, right: float, baseline: float) -> None:
        """Say what the colours mean, from `left` to `right` at most, ending there."""
        page, words, theme = self._style.page, self._style.words, self._style.page.theme
        ends = words.text("units_most"), words.text("units_least")
        smallest, bar = SMALLEST * self._style.tick, page.px(BAR)
        if _key_width(page, ends, smallest, bar) > right - left:
            ends, bar = self._ranks(), bar / 2
        size = self._style.tick
        while size > smallest and _key_width(page, ends, size, bar) > right - left:
            size *= 0.97
        end = right - page.width_of(ends[1], size) - BESIDE * size
        page.text(right, baseline, ends[1], size, colour=theme.muted, ha="right")
        draw_gradient(page, Box(end - bar, baseline, bar, 0.6 * size), ramp(theme))
        page.text(end - bar - BESIDE * size, baseline, ends[0], size, colour=theme.muted,
                  ha="right")  # fmt: skip

    def _parts(self, snapshot: Snapshot) -> NDArray[Any]:
        """All units at all places, in rows; under them, of one output, their sum."""
        assert snapshot.weights is not None
        return self._network.unit_rows(snapshot.weights, self._x)

    def show(self, snapshot: Snapshot, epoch: float) -> None:
        """The contributions at `snapshot`."""
        parts = self._parts(snapshot)
        rows = [*self._units, *range(self._network.units, len(parts))]
        for line, row in zip(self._lines, rows, strict=True):
            line.set_ydata(parts[row])


def _key_width(page: Page, ends: tuple[str, str], size: float, bar: float) -> float:
    return page.width_of(ends[0] + ends[1], size) + bar + 2 * BESIDE * size
