"""The fit of a run: its data, the true function, and the network's curve with its name."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist

from fitreel.model.record.reader import Record
from fitreel.render.captions.phases.yardsticks import Yardsticks
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.plots.axes_furniture import draw_furniture
from fitreel.render.plots.edge_marks import EdgeMarks
from fitreel.render.plots.fit_axes import Limits, fit_axes, fit_ticks
from fitreel.render.plots.gaps import Gaps, has_gaps
from fitreel.render.plots.labels.direct_labels import (
    DirectLabel,
    LabelPlan,
    draw_labels,
    place_labels,
)
from fitreel.render.plots.network_line import NetworkLine, Rider
from fitreel.render.plots.points import PointStyle, draw_points, point_style
from fitreel.render.plots.trail import Trail
from fitreel.render.plots.truth import draw_truth
from fitreel.render.single.layout.themed_layout import ThemedLayout
from fitreel.render.single.states.run_state import RunState
from fitreel.render.text.axis_labels import AxisLabels
from fitreel.render.text.translations import Translation
from fitreel.render.timing.epoch_axis import EpochAxis

OVERFITTED = 0.6
"""A film whose last loss is under so much of the noise has its points over the network."""


@dataclass(frozen=True)
class Fit:
    """What a fit shows, all film."""

    run: Record
    limits: Limits
    truth: bool
    """Whether the true function is drawn."""
    names: AxisLabels
    yardsticks: Yardsticks | None


class FitPicture:
    """What stands in the fit's axes and beside them; `plan` says what is named directly."""

    @in_force()
    def __init__(
        self,
        page: Page,
        layout: ThemedLayout,
        fit: Fit,
        axis: EpochAxis,
        words: Translation,
    ) -> None:
        run, limits, truth = fit.run, fit.limits, fit.truth
        theme, types, box = page.theme, layout.types, layout.fit
        axes = fit_axes(page, box, limits)
        self.points: PointStyle = point_style(
            page, len(run.x), colour=theme.points, opacity=theme.points_opacity
        )
        draw_points(page, axes, run, self.points, _is_overfitted(run, fit.yardsticks))
        if truth:
            draw_truth(page, axes, run, colour=theme.truth)
        self._gaps: Gaps | None = None
        self._trail: Trail | None = None
        if has_gaps(run):
            self._gaps = Gaps(page, axes, run, colour=theme.prediction, opacity=theme.gap_opacity)
        else:
            self._trail = Trail(page, axes, run, axis, colour=theme.prediction)
        self._line = NetworkLine(page, axes, run, colour=theme.prediction)
        moving = [*self._line.moving]
        for part in (self._gaps, self._trail):
            moving += part.moving if part is not None else ()
        self._rider: Rider | None = None
        self._marks: EdgeMarks | None = None
        self.plan = LabelPlan((), ())
        if not layout.is_bare:
            axes.set_axis_on()
            x, y = fit_ticks(limits, box, types.tick, words)
            draw_furniture(page, axes, box, x, y, tick=types.tick, names=fit.names)
            name = words.text("legend_prediction")
            self._rider = Rider(page, axes, run, name, size=types.label, colour=theme.prediction)
            self._marks = EdgeMarks(
                page, axes, run, colour=theme.prediction, size=types.label, write=words.short
            )
            labels = [DirectLabel(words.text("legend_data"), "data", theme.data_text)]
            if truth:
                labels.insert(0, DirectLabel(words.text("legend_truth"), "truth", theme.truth))
            self.plan = place_labels(
                page, axes, [run], labels, axis=axis, size=types.label,
                diameter=self.points.diameter,
            )  # fmt: skip
            draw_labels(page, axes, self.plan, types.label)
            moving += [*self._rider.moving, *self._marks.moving]
        self.moving: Sequence[Artist] = moving

    def show(self, state: RunState) -> None:
        """Move everything to a frame."""
        prediction = state.snapshot.prediction
        self._line.show(prediction)
        if self._gaps is not None:
            self._gaps.show(prediction)
        if self._trail is not None:
            self._trail.show(state.epoch, state.seconds_at_end)
        if self._rider is not None:
            self._rider.show(prediction)
        if self._marks is not None:
            self._marks.show(prediction, state.caption.is_warning)


def _is_overfitted(run: Record, yardsticks: Yardsticks | None) -> bool:
    if yardsticks is None or yardsticks.noise is None:
        return False
    last = float(run.losses[-1])
    return bool(np.isfinite(last)) and last < OVERFITTED * yardsticks.noise
