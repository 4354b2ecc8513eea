"""What stands beside or under a field: loss, metrics, hidden units, and the error."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from matplotlib.artist import Artist

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.field_grid import FieldGrid, Values
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.page.type_sizes import TypeSizes
from fitreel.render.plots.axes_furniture import widest
from fitreel.render.plots.axes_names import write_name
from fitreel.render.plots.fields.value_map import ValueImage, error_scale
from fitreel.render.plots.loss_plot import LossPath, LossPlot, LossPlotStyle
from fitreel.render.plots.losses.loss_path import paths_kept_aside
from fitreel.render.plots.losses.loss_scale import loss_scale
from fitreel.render.shown_snapshots import losses_from
from fitreel.render.single.fields.field_layout import BlockPlace
from fitreel.render.single.layout.themed_layout import PanelPlace
from fitreel.render.single.panels.metrics import MetricCurves
from fitreel.render.single.panels.panel import PanelStyle
from fitreel.render.single.panels.unit_fields import UnitFields
from fitreel.render.single.panels.weights import Weights
from fitreel.render.text.loss_format import LossFormat
from fitreel.render.text.scaled_loss import loss_label
from fitreel.render.text.translations import Translation
from fitreel.render.timing.epoch_axis import EpochAxis

NUMBER = 1.33
"""The size of the number in a head, in that of its words."""
NAME = 27 / 24
"""The size of what a field is called, in that of labels."""
BETWEEN = 0.4
"""From the words to the number, in their font sizes."""
WIDTH, LOW_WIDTH, LOW = 4.0, 3.0, 130.0
"""Of the loss' path, and in a plot lower than `LOW`; pixels at 720."""
EDGE = 16.0
"""Between numbers and the frame's edge, in pixels at 720."""
MOST_PERCENTILE = 98
"""Of the first snapshot's errors: from there on they have the full colour."""


@dataclass(frozen=True)
class FieldPanelStyle:
    """What all panels of a field share."""

    page: Page
    types: TypeSizes
    words: Translation
    axis: EpochAxis
    grid: FieldGrid
    noise: float | None = None


class FieldPanel(Protocol):
    """One of them, made with the record, the style, its place and samples of the film."""

    moving: Sequence[Artist]

    def show(self, snapshot: Snapshot, field: Values, epoch: float) -> None:
        """Move it to a frame; `field` is the prediction in rows."""


class LossPanel:
    """The loss against the epoch, in ink; its number stands in its head."""

    def __init__(
        self, run: Record, style: FieldPanelStyle, place: BlockPlace, samples: Sequence[Snapshot]
    ) -> None:
        page, words, types = style.page, style.words, style.types
        self._from, self._words = losses_from(run), words
        self._format = LossFormat.of(run.losses, words)
        box = place.box
        aside = paths_kept_aside(run, page.theme.muted, words)
        self._aside = len(aside)
        losses = [run.losses, *(path.losses for path in aside)]
        texts = loss_scale(losses, box.height / types.tick).ticks[1]
        texts = [words.respelled(text.replace("\u2212", "-")) for text in texts]
        outer, left = _with_numbers(page, box, widest(page, texts, types.tick))
        known = run.epochs >= self._from
        path = LossPath(run.epochs[known], run.losses[known], page.theme.text,
                        is_diverged=run.ending == "diverged")  # fmt: skip
        wide = page.px(WIDTH if box.height > page.px(LOW) else LOW_WIDTH)
        self._plot = LossPlot(
            page, outer, [path, *aside], style.axis,
            LossPlotStyle(
                types.tick, words, wide, style.noise, x_labels=place.has_ticks, left=left
            ),
        )  # fmt: skip
        name = loss_label(run, words)
        width = write_name(page, name, (box.left, place.head), types.label, 0.6 * box.width)
        self._number = page.text(
            box.left + width + BETWEEN * types.label, place.head, "", NUMBER * types.label,
            weight="bold",
        )  # fmt: skip
        self.moving: Sequence[Artist] = [*self._plot.moving, self._number]

    def show(self, snapshot: Snapshot, field: Values, epoch: float) -> None:
        """As `FieldPanel`."""
        is_known = epoch >= self._from
        epochs = [epoch if is_known else None, *[epoch] * self._aside]
        self._plot.show(epochs, [float(snapshot.loss), *[None] * self._aside])
        self._number.set_text(self._format.write(snapshot.loss) if is_known else "")


def _with_numbers(page: Page, box: Box, numbers: float) -> tuple[Box, float]:
    """A plot's place with what stands left of its axes, and how wide that is.

    The axes begin where heads do, but that numbers keep clear of the frame's edge.
    """
    start = max(box.left - numbers, page.px(EDGE))
    return Box(start, box.bottom, box.right - start, box.height), numbers


class WeightsPanel:
    """The weights, as beside a fit."""

    def __init__(
        self, run: Record, style: FieldPanelStyle, place: BlockPlace, samples: Sequence[Snapshot]
    ) -> None:
        page, types, box = style.page, style.types, place.box
        shared = PanelStyle(page, style.words, types.tick, types.label, style.axis)
        self._weights = Weights(run, shared, samples, box.height)
        self._weights.draw(PanelPlace(box, 0.0, None), box)
        name = style.words.text("panel_weights")
        write_name(page, name, (box.left, place.head), types.label, box.width)
        self.moving: Sequence[Artist] = self._weights.moving

    def show(self, snapshot: Snapshot, field: Values, epoch: float) -> None:
        """As `FieldPanel`."""
        self._weights.show(snapshot, epoch)


class MetricsPanel:
    """The metrics, as beside a fit."""

    def __init__(
        self, run: Record, style: FieldPanelStyle, place: BlockPlace, samples: Sequence[Snapshot]
    ) -> None:
        page, types, box = style.page, style.types, place.box
        shared = PanelStyle(page, style.words, types.tick, types.label, style.axis)
        self._curves = MetricCurves(run, shared, samples, box.height)
        outer, left = _with_numbers(page, box, widest(page, self._curves.y_texts, types.tick))
        inner = Box(outer.left + left, box.bottom, outer.width - left, box.height)
        self._curves.draw(PanelPlace(outer, left, None, place.has_ticks), inner)
        self._curves.write_names(box.left, box.right, place.head)
        self.moving: Sequence[Artist] = self._curves.moving

    def show(self, snapshot: Snapshot, field: Values, epoch: float) -> None:
        """As `FieldPanel`."""
        self._curves.show(snapshot, epoch)


class ErrorPanel:
    """How far a field is from the target, from pale to the network's colour.

    Of classes it is how probable others are than the true one, from 0 to 1.
    """

    def __init__(
        self, run: Record, style: FieldPanelStyle, place: BlockPlace, samples: Sequence[Snapshot]
    ) -> None:
        assert run.truth is not None
        page, types, words, grid = style.page, style.types, style.words, style.grid
        self._target = grid.field(run.truth)
        high = self._full(grid.field(samples[0].prediction))
        aspect = float((grid.x[-1] - grid.x[0]) / (grid.y[-1] - grid.y[0]))
        aspect = min(max(aspect, 0.8), 1.47)
        height = min(place.box.height, place.box.width / aspect)
        box = Box(place.box.left, place.box.top - height, height * aspect, height)
        self._image = ValueImage(page, box, grid.shape, error_scale(high, page.theme))
        most = words.integer(1) if run.header.classes else words.short(high)
        reach = words.text("error_range", high=most)
        width = page.width_of(reach, types.tick)
        name, size = words.text("field_error"), NAME * types.label
        # Over a small field the range stands beside the name, and not far from both.
        needed = page.width_of(name, size, "bold") + types.tick + width
        right = min(max(box.right, box.left + needed), place.box.right)
        page.text(right, place.head, reach, types.tick, colour=page.theme.muted, ha="right")
        size = page.size_to_fit([name], right - box.left - width - types.tick, size)
        page.text(box.left, place.head, name, size, weight="bold", colour=page.theme.prediction)
        self.moving: Sequence[Artist] = self._image.moving

    def _full(self, first: Values) -> float:
        """The error that has the full colour."""
        if first.ndim > 2:
            return 1.0
        errors = self._of(first)
        finite = errors[np.isfinite(errors)]
        high = float(np.percentile(finite, MOST_PERCENTILE)) if len(finite) else 1.0
        return high if high > 0 else 1.0

    def _of(self, field: Values) -> Values:
        with np.errstate(invalid="ignore", over="ignore"):
            if field.ndim > 2:  # the target is 1 at the true class, else 0
                return np.asarray(1 - (field * self._target).sum(axis=2))
            return np.asarray(np.abs(field - self._target))

    def show(self, snapshot: Snapshot, field: Values, epoch: float) -> None:
        """As `FieldPanel`."""
        self._image.show(self._of(field))


class UnitsPanel:
    """Small fields of the hidden units."""

    def __init__(
        self, run: Record, style: FieldPanelStyle, place: BlockPlace, samples: Sequence[Snapshot]
    ) -> None:
        page, types = style.page, style.types
        name = style.words.text("panel_units")
        page.text(place.box.left, place.head, name, types.label, colour=page.theme.muted)
        self._units = UnitFields(run, page, style.grid, place.box, samples)
        self.moving: Sequence[Artist] = self._units.moving

    def show(self, snapshot: Snapshot, field: Values, epoch: float) -> None:
        """As `FieldPanel`."""
        self._units.show(snapshot)


FIELD_PANELS: Mapping[
    str, Callable[[Record, FieldPanelStyle, BlockPlace, Sequence[Snapshot]], FieldPanel]
] = {
    "loss": LossPanel,
    "metrics": MetricsPanel,
    "units": UnitsPanel,
    "error": ErrorPanel,
    "weights": WeightsPanel,
}
"""By the names of `PANEL_KINDS`."""


@in_force()
def draw_field_panels(
    run: Record,
    style: FieldPanelStyle,
    places: Mapping[str, BlockPlace],
    samples: Sequence[Snapshot],
) -> list[FieldPanel]:
    """Draw panels, at no snapshot yet.

    Args:
        run: the record.
        style: what they share.
        places: by the keys of `FIELD_PANELS`.
        samples: snapshots from all of the film, in order, with weights where units are drawn.

    Raises:
        BadInput: the record hasn't got what a panel needs.
    """
    return [FIELD_PANELS[name](run, style, place, samples) for name, place in places.items()]
