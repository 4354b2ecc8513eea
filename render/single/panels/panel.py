"""What all panels have: a place, a style, and most of them axes over x."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from matplotlib.artist import Artist
from matplotlib.axes import Axes

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.ticks import Ticks, linear_ticks
from fitreel.render.plots.axes_furniture import draw_furniture
from fitreel.render.plots.fit_axes import AIR_LEFT, AIR_RIGHT
from fitreel.render.single.layout.themed_layout import PanelPlace
from fitreel.render.text.axis_labels import NO_LABELS, AxisLabels
from fitreel.render.text.translations import Translation
from fitreel.render.timing.epoch_axis import EpochAxis

APART = 4.0
"""From one number to the next along an axis, in font sizes."""
ABOVE = 1.7
"""The same at an upright axis."""
NEAREST = 1.1
"""No two are nearer, in font sizes."""
MOST_ACROSS, MOST_UP = 5, 5


@dataclass(frozen=True)
class PanelStyle:
    """What all panels of a picture share; lengths in pixels."""

    page: Page
    words: Translation
    tick: float
    """Font size of numbers."""
    label: float
    """Font size of names."""
    axis: EpochAxis
    """Of the film."""
    labels: AxisLabels = NO_LABELS
    """What the fit's axes are called."""
    loss_name: str = ""
    """What the loss is called; "": loss."""
    noise: float | None = None
    """The true function's own loss, where sentences may speak of it."""
    loss_rides_at: float | None = None
    """Where the loss' name stands at its marker's height; None: it doesn't."""
    in_plane: bool = False
    """Whether two outputs are places of one curve, so that an error is a distance."""


class Panel(Protocol):
    """One of a film's further pictures: its numbers first, then its artists, then moment by moment.

    It is made with the record, the style, snapshots from all of the film, which decide its limits,
    and the height of its axes in pixels.

    Raises:
        BadInput: the record hasn't got what it needs.
    """

    y_texts: Sequence[str]
    """The numbers that will stand left of its axes."""
    moving: Sequence[Artist]

    def draw(self, place: PanelPlace, inner: Box) -> None:
        """Draw it, at no snapshot yet; `inner` is the inside of its axes, in pixels."""

    def show(self, snapshot: Snapshot, epoch: float) -> None:
        """Move it to `snapshot`; `epoch` is exact where a frame lies between two."""


def signed_ticks(reach: float, height: float, style: PanelStyle) -> Ticks:
    """Few numbers about 0 up to `reach` on either side, on an axis `height` pixels high."""
    room = height / (ABOVE * style.tick)
    places, texts = linear_ticks(-reach, reach, max(2, min(MOST_UP - 1, int(room))))
    if len(places) > max(2.0, min(room, MOST_UP)) and 0.0 in places:
        chosen = [0, places.index(0.0), -1]  # of many about zero, the outer ones and this
        if height * places[-1] / (2 * reach) < NEAREST * style.tick:
            chosen = [0, -1]  # it has a line of its own
        places, texts = [places[n] for n in chosen], [texts[n] for n in chosen]
    return places, [style.words.respelled(text.replace("\u2212", "-")) for text in texts]


def upward_ticks(reach: float, height: float, style: PanelStyle) -> Ticks:
    """Few numbers from 0 up to `reach`, on an axis `height` pixels high."""
    most = max(1, min(MOST_UP - 1, int(height / (ABOVE * style.tick))))
    places, texts = linear_ticks(0.0, reach, most)
    return places, [style.words.respelled(text.replace("\u2212", "-")) for text in texts]


@in_force()
def axes_over_x(
    run: Record,
    style: PanelStyle,
    place: PanelPlace,
    inner: Box,
    limits: tuple[float, float],
    y_ticks: Ticks,
) -> Axes:
    """Axes over the run's own x, as the fit's, between `limits`, of which 0 has a line."""
    axes = style.page.axes(inner)
    left = float(min(run.x.min(), run.prediction_x.min()))
    right = float(max(run.x.max(), run.prediction_x.max()))
    width = right - left
    if width <= 1e-6 * max(abs(left), abs(right)):
        left, right = left - max(1.0, 0.05 * abs(left)), left + max(1.0, 0.05 * abs(left))
    axes.set_xlim(left - AIR_LEFT * width, right + AIR_RIGHT * width)
    axes.set_ylim(*limits)
    most = max(2, min(MOST_ACROSS, int(inner.width / (APART * style.tick))))
    places, texts = linear_ticks(left, right, most - 1)
    texts = [style.words.respelled(text.replace("\u2212", "-")) for text in texts]
    names = AxisLabels(style.labels.x if place.x_labels else "", "")
    draw_furniture(
        style.page, axes, inner, (places, texts), y_ticks, tick=style.tick,
        x_labels=place.x_labels, names=names,
    )  # fmt: skip
    axes.axhline(0.0, color=style.page.theme.muted, lw=style.page.points(style.page.px(1.5)),
                 zorder=1.9)  # fmt: skip
    return axes
