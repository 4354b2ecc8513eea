"""The demo's picture of a run: points, a thick red line, epoch and loss."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.text import Text
from numpy.typing import ArrayLike, NDArray

from fitreel.model.errors import BadInput
from fitreel.render.mpl.figure import DEMO_SIZE, figure_of_size
from fitreel.render.mpl.line_styles import mark_point
from fitreel.render.raster.scene import FrameState
from fitreel.render.text.axis_labels import NO_LABELS, AxisLabels
from fitreel.render.text.fonts import OWN, fonts_for
from fitreel.render.text.numbers import CORNER, DEMO, write_number
from fitreel.render.text.translations import english

EPOCH_AT = (0.3, -0.6)
"""Where the demo writes the epoch, in data coordinates."""
LOSS_AT = (0.3, -0.8)
TEXT_STYLE = {"size": 20, "color": "red"}
TEXT_RISE = 0.15
"""How far the demo's text reaches above and below where it is written, in data coordinates."""
SMALL_TEXT = 12
"""Size of what is said beneath the loss."""
TextPlace = Literal["demo", "free", "corner"]


@dataclass(frozen=True)
class DemoText:
    """What is written into the demo's picture."""

    place: TextPlace = "demo"
    """"demo" where the demo has epoch and loss, in data coordinates, if the points' axes reach
    there; "free" there too, unless a corner hides fewer of the points; "corner" always in a corner,
    which stays readable however far the axes grow."""
    losses_from: float = 0
    """Before this epoch no loss is written."""
    beneath_loss: Callable[[float], str] | None = None
    """What is said of a loss in small type beneath it, in a corner then."""
    labels: AxisLabels = NO_LABELS
    """Of the axes."""


class DemoScene:
    """Points, the network's prediction as a thick red line, the epoch and the loss.

    `x` and `y`, shape (N,), are the training points, `prediction_x`, shape (M,), the places at
    which snapshots predict. `truth` is a curve (x, y) to dash beneath the prediction. `size` is
    width and height in pixels. What is drawn is what the demo's plain calls would draw on
    cleared axes, byte for byte.

    Where all predictions are at one place they are a marker, as a line has no length there.
    """

    @in_force()
    def __init__(
        self,
        x: ArrayLike,
        y: ArrayLike,
        prediction_x: ArrayLike,
        size: tuple[int, int] = DEMO_SIZE,
        truth: tuple[ArrayLike, ArrayLike] | None = None,
        text: DemoText = DemoText(),
    ) -> None:
        x, y, prediction_x = np.ravel(x), np.ravel(y), np.ravel(prediction_x)
        self.figure = figure_of_size(size)
        self._axes = axes = self.figure.add_subplot()
        axes.scatter(x, y)
        for label, axis in zip(text.labels, (axes.xaxis, axes.yaxis), strict=True):
            if label:
                families = list(fonts_for([label], own=(OWN,)).families_of(label))
                axis.set_label_text(label, fontfamily=families)
        left, right = axes.get_xlim()
        low, high = axes.get_ylim()
        if truth is not None:
            axes.plot(np.ravel(truth[0]), np.ravel(truth[1]), "--", color="grey", lw=1)
        self._static_limits = np.array(axes.dataLim.get_points())
        self._order = np.argsort(prediction_x, kind="stable")  # points from a file come as they do
        prediction_x = prediction_x[self._order]
        (self._line,) = axes.plot(prediction_x, np.full(len(prediction_x), np.nan), "r-", lw=5)
        mark_point(self._line)
        self._x_is_inside = bool(
            np.all(prediction_x >= self._static_limits[0, 0])
            and np.all(prediction_x <= self._static_limits[1, 0])
        )
        reached = left <= EPOCH_AT[0] <= right and low <= LOSS_AT[1] and EPOCH_AT[1] <= high
        spots, fewest = _emptiest_corner(axes, x, y, 2 if text.beneath_loss is None else 3)
        beneath = (x > EPOCH_AT[0]) & (y < EPOCH_AT[1] + TEXT_RISE) & (y > LOSS_AT[1] - TEXT_RISE)
        self._in_corner = (
            not reached
            or text.beneath_loss is not None
            or {
                "demo": False,
                "free": int(np.count_nonzero(beneath)) > fewest,
                "corner": True,
            }[text.place]
        )
        where = axes.transAxes if self._in_corner else axes.transData
        if not self._in_corner:
            spots = [EPOCH_AT, LOSS_AT]
        side = "right" if self._in_corner and spots[0][0] > 0.5 else "left"
        self._epoch, self._loss = (
            axes.text(*spot, "", fontdict=TEXT_STYLE, ha=side, transform=where)
            for spot in spots[:2]
        )
        self._text = text
        self._at_static_limits = False
        self._remark = ""
        self.moving: list[Artist] = [self._line, self._epoch, self._loss, axes.title]
        self._beneath: Text | None = None
        if text.beneath_loss is not None:
            small = TEXT_STYLE | {"size": SMALL_TEXT}
            self._beneath = axes.text(*spots[2], "", fontdict=small, ha=side, transform=where)
            self.moving.append(self._beneath)

    @in_force()
    def show(self, snapshot: FrameState, remark: str = "") -> None:
        """Moves everything to `snapshot`; `remark` stands above the axes.

        Raises `BadInput` where matplotlib has no axes for such values.
        """
        prediction = np.ravel(snapshot.prediction)[self._order]
        self._line.set_ydata(prediction)
        loss = write_number(snapshot.loss, CORNER if self._in_corner else DEMO)
        self._epoch.set_text(english().text("epoch_value", epoch=str(snapshot.epoch)))
        is_known = snapshot.epoch >= self._text.losses_from
        self._loss.set_text(english().text("loss_value", loss=loss) if is_known else "")
        if self._beneath is not None and self._text.beneath_loss is not None:
            self._beneath.set_text(self._text.beneath_loss(snapshot.loss))
        if remark != self._remark:
            self._axes.set_title(remark)
            self._remark = remark
        try:
            self._set_limits(prediction)
        except (ValueError, OverflowError) as error:
            raise BadInput(f"epoch {snapshot.epoch} can't be drawn: {error}") from error

    def _set_limits(self, prediction: NDArray[np.float32]) -> None:
        """Gives the axes the limits that cleared axes would get with this prediction."""
        low, high = self._static_limits[:, 1]
        inside = self._x_is_inside and bool(
            np.fmin.reduce(prediction) >= low and np.fmax.reduce(prediction) <= high
        )
        if inside and self._at_static_limits:
            return
        limits = self._axes.dataLim
        limits.set_points(self._static_limits.copy())
        if not inside:
            limits.update_from_path(self._line.get_path(), ignore=False)
        self._axes.autoscale_view()
        self._at_static_limits = inside


def _emptiest_corner(
    axes: Axes, x: NDArray[np.floating], y: NDArray[np.floating], lines: int
) -> tuple[list[tuple[float, float]], int]:
    """Where so many lines hide the fewest points, in fractions of the axes, and how many."""
    place = axes.transLimits.transform(np.column_stack([x, y]).astype(np.float64))
    wide = 0.4 * 4.96 / (axes.bbox.width / axes.figure.dpi)  # "Loss=0.1234" is so wide
    tall = 0.1 * lines * 3.70 / (axes.bbox.height / axes.figure.dpi)

    def hidden(corner: tuple[bool, bool]) -> int:
        on_right, on_top = corner
        across = place[:, 0] > 1 - wide if on_right else place[:, 0] < wide
        along = place[:, 1] > 1 - tall if on_top else place[:, 1] < tall
        return int(np.count_nonzero(across & along))

    # In a tie the first: the lower right corner is nearest to where the demo has its text.
    corners = [(True, False), (False, False), (True, True), (False, True)]
    on_right, on_top = min(corners, key=hidden)
    across = 0.97 if on_right else 0.03
    line = 0.9 * tall / lines
    upper = 1 - tall / lines if on_top else 0.5 * tall / lines + (lines - 1) * line
    return [(across, upper - n * line) for n in range(lines)], hidden((on_right, on_top))
