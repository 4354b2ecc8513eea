"""One input, two outputs: the curve in the plane, and the target's."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.even_predictions import even_predictions
from fitreel.render.mpl.pixel_layout import Page, drawable
from fitreel.render.mpl.theme import Theme
from fitreel.render.network.recorded_network import thinned
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.plots.axes_furniture import draw_furniture
from fitreel.render.plots.fit_axes import Limits, Order, fit_axes, fit_ticks, numbers_before_layout
from fitreel.render.plots.pictures.limits import plane_limits, plane_span
from fitreel.render.plots.pictures.plane_names import HALO, StartName
from fitreel.render.plots.points import point_style
from fitreel.render.plots.trail import FADE, OPACITIES, SAMPLES, STEP
from fitreel.render.plots.truth import truth_dashes
from fitreel.render.single.shapes.key_line import draw_key_line
from fitreel.render.single.shapes.shape_picture import Places
from fitreel.render.single.shapes.view_needs import plane_needs
from fitreel.render.single.states.run_state import RunState
from fitreel.render.text.axis_labels import AxisLabels
from fitreel.render.text.translations import Translation
from fitreel.render.timing.epoch_axis import EpochAxis

WIDTH, TRUTH, TRAIL, DOT = 6.5, 2.0, 2.0, 17.0
RIM = 3.0
NAME_GAP = 14.0
"""From the rightmost point of the curve to its name; lengths are those of 720 px."""
HALF_CAPITAL = 0.33
MOST_PLACES = 2000
"""Of more places on the curve, evenly chosen ones are drawn."""


class PlanePicture:
    """The network's way through the plane, with its name, its start, and where it has been."""

    def __init__(
        self,
        run: Record,
        settings: PictureSettings,
        theme: Theme,
        words: Translation,
        axis: EpochAxis,
    ) -> None:
        self._run, self._theme, self._words, self._axis = run, theme, words, axis
        self._order = order = thinned(np.argsort(run.prediction_x, kind="stable"), MOST_PLACES)
        curves = even_predictions(run, axis, SAMPLES, (2 * order[:, None] + [0, 1]).ravel())
        self._past = curves.reshape(SAMPLES, -1, 2)
        self._span = plane_span(run, self._past)
        self._names = [
            own if own is not None else plain_name(column.name, number)
            for number, (own, column) in enumerate(
                zip((settings.x_label, settings.y_label), run.header.outputs, strict=True)
            )
        ]
        low, high = self._span
        numbers = numbers_before_layout(Limits((low[0], high[0]), (low[1], high[1])), words)
        self._parameter = parameter_name(run.header.inputs[0].name)
        self.needs = plane_needs(numbers, self._parameter.replace("$", r"\$"), words)
        self.loss_colour = theme.prediction
        self.moving: Sequence[Artist] = ()

    @in_force()
    def draw(self, page: Page, places: Places) -> None:
        """As `ShapePicture`."""
        run, theme, types, box = self._run, self._theme, places.types, places.main
        limits = plane_limits(self._span, box.width, box.height)
        axes = fit_axes(page, box, limits)
        self._box, self._page = box, page
        self._low = np.array([limits.x[0], limits.y[0]])
        self._scale = box.width / (limits.x[1] - limits.x[0])
        style = point_style(page, len(run.x), colour=theme.points, opacity=theme.points_opacity)
        y = np.asarray(run.y, np.float64)
        axes.plot(y[:, 0], y[:, 1], zorder=Order.POINTS, **style.properties(page))
        if run.truth is not None:
            truth = np.asarray(run.truth, np.float64)[self._order]
            width = TRUTH
            axes.plot(truth[:, 0], truth[:, 1], color=theme.truth,
                      lw=page.points(page.px(width)), dashes=truth_dashes(page, width),
                      dash_capstyle="butt", zorder=Order.TRUTH_OVER)  # fmt: skip
        nothing = np.full(len(self._order), np.nan)
        self._trail = [
            axes.plot(nothing, nothing, color=theme.prediction, lw=page.points(page.px(TRAIL)),
                      solid_capstyle="round", solid_joinstyle="round", zorder=Order.TRAIL)[0]
            for _ in OPACITIES
        ]  # fmt: skip
        (self._line,) = axes.plot(
            nothing, nothing, color=theme.prediction, solid_capstyle="round",
            solid_joinstyle="round", lw=page.points(page.px(WIDTH) * theme.prediction_width),
            zorder=Order.NETWORK,
        )  # fmt: skip
        self._dot, = axes.plot(
            [np.nan], [np.nan], "o", color=theme.prediction, mec=theme.axes,
            ms=page.points(page.px(DOT)), mew=page.points(page.px(RIM)), zorder=Order.EDGE_MARKS,
        )  # fmt: skip
        moving: list[Artist] = [*self._trail, self._line, self._dot]
        if not places.is_bare:
            axes.set_axis_on()
            x, y_ticks = fit_ticks(limits, box, types.tick, self._words)
            draw_furniture(page, axes, box, x, y_ticks, tick=types.tick,
                           names=AxisLabels(*self._names))  # fmt: skip
            name = self._words.text("legend_prediction")
            self._name = page.text(0, 0, name, types.label, weight="bold",
                                   colour=theme.prediction)  # fmt: skip
            halo = page.points(page.px(HALO))
            self._name.set_path_effects([withStroke(linewidth=halo, foreground=theme.axes)])
            self._wide = page.width_of(name, types.label, "bold")
            self._size = types.label
            start = self._words.respelled(f"{float(run.prediction_x.min()):.3g}")
            self._start = StartName(page, f"{self._parameter} = {start}", types.label, box)
            self._obstacles = self._pixels(y)
            moving += [self._name, *self._start.moving]
            if places.aside is not None:
                truth_too = run.truth is not None
                draw_key_line(page, places.aside.left, places.aside.top - 0.5 * types.label,
                              places.aside.width, types.label, self._words, truth=truth_too,
                              points=style)  # fmt: skip
        self._is_bare = places.is_bare
        self.moving = moving

    def _pixels(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Where points of the plane, shape (n, 2), are in the frame."""
        origin = np.array([self._box.left, self._box.bottom])
        return np.asarray(origin + (points - self._low) * self._scale)

    def show(self, state: RunState) -> None:
        """As `ShapePicture`."""
        curve = np.asarray(state.snapshot.prediction, np.float64)[self._order]
        self._line.set_data(curve[:, 0], curve[:, 1])
        self._dot.set_data(curve[:1, 0], curve[:1, 1])
        self._show_trail(state)
        if self._is_bare:
            return
        page, at = self._page, self._pixels(curve)
        inside = at[np.isfinite(at).all(1)]
        self._name.set_text(self._words.text("legend_prediction") if len(inside) else "")
        if not len(inside):
            return
        place = inside[inside[:, 0].argmax()]
        x = min(place[0] + page.px(NAME_GAP), page.box.width - page.px(20) - self._wide,
                self._box.right + page.px(NAME_GAP))  # fmt: skip
        half = self._size / 2
        y = min(max(place[1], self._box.bottom + half), self._box.top - half)
        self._name.set_x(x / page.box.width)
        self._name.set_y((y - HALF_CAPITAL * self._size) / page.box.height)
        self._start.show(at[0], np.concatenate([inside, self._obstacles]),
                         (x, y, self._wide))  # fmt: skip

    def _show_trail(self, state: RunState) -> None:
        now = float(self._axis.places(state.epoch))
        end = state.seconds_at_end
        left = 1.0 if end is None else max(0.0, 1 - end / FADE)
        for number, line in enumerate(self._trail, start=1):
            come = min(max(now / STEP - (number - 1), 0.0), 1.0)
            opacity = OPACITIES[number - 1] * come * left
            line.set_alpha(opacity)
            row = max(now - number * STEP, 0.0) * (SAMPLES - 1)
            below = min(int(row), SAMPLES - 2)
            part = row - below
            curve = self._past[below] * (1 - part) + self._past[below + 1] * part
            line.set_data(curve[:, 0], curve[:, 1])
            line.set_visible(opacity > 0)

    def numbers(self, state: RunState) -> list[str]:
        """As `ShapePicture`."""
        return []

    def line_under(self, state: RunState) -> str:
        """As `ShapePicture`."""
        return ""


def parameter_name(name: str) -> str:
    """What goes along the curve, of an input's own name."""
    return "t" if name == "x" else drawable(name)


def plain_name(name: str, number: int) -> str:
    """What an axis of the plane is called: outputs that have no name are x and y."""
    return "xy"[number] if name == f"y{number + 1}" else drawable(name).replace("$", r"\$")
