"""The demo's picture of a run: points, a thick red line, epoch and loss."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from numpy.typing import ArrayLike, NDArray

from fitreel.model.errors import BadInput
from fitreel.render.mpl.figure import DEMO_SIZE, figure_of_size
from fitreel.render.mpl.line_styles import mark_point
from fitreel.render.raster.scene import FrameState
from fitreel.render.single.demo.exit_marks import ExitMarks
from fitreel.render.single.demo.text_place import TextRow, place_above, place_free
from fitreel.render.single.demo.whole_film import WholeFilm
from fitreel.render.text.axis_labels import NO_LABELS, AxisLabels
from fitreel.render.text.fonts import OWN, fonts_for
from fitreel.render.text.numbers import DEMO, write_number
from fitreel.render.text.scaled_loss import DEMO_LABEL
from fitreel.render.text.translations import english

EPOCH_AT = (0.3, -0.6)
"""Where the demo writes the epoch, in data coordinates."""
LOSS_AT = (0.3, -0.8)
TEXT, SMALL_TEXT = 20, 12
"""Sizes of epoch and loss, and of what is said beneath the loss."""
TEXT_STYLE = {"size": TEXT, "color": "red"}


def _demo_loss(loss: float) -> str:
    return write_number(loss, DEMO)


@dataclass(frozen=True)
class DemoText:
    """What is written into the demo's picture."""

    is_above: bool = False
    """Whether epoch and loss stand above the axes, rather than where the demo has them; with a
    whole film to go by they have a place where nothing comes."""
    losses_from: float = 0
    """Before this epoch no loss is written."""
    write_loss: Callable[[float], str] = _demo_loss
    """Its digits."""
    beneath_loss: Callable[[float], str] | None = None
    """What is said of a loss in small type beneath it, where the text isn't the demo's own."""
    widest: tuple[tuple[str, ...], ...] = (("epoch=0000",), ("Loss=0.0000",), ("",))
    """For the epoch, the loss and what is beneath it, texts as wide as any of the film."""
    labels: AxisLabels = NO_LABELS
    """Of the axes."""


class DemoScene:
    """Points, the network's prediction as a thick red line, the epoch and the loss.

    `x` and `y`, shape (N,), are the training points, `prediction_x`, shape (M,), the places at
    which snapshots predict. `truth` is a curve (x, y) to dash beneath the prediction. `size` is
    width and height in pixels. What is drawn is what the demo's plain calls would draw on
    cleared axes, byte for byte. With a `film` limits are the same in all its frames, epoch and
    loss are where nothing of it comes, and triangles say where the line is out of sight.

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
        film: WholeFilm | None = None,
    ) -> None:
        x, y, prediction_x = np.ravel(x), np.ravel(y), np.ravel(prediction_x)
        self.figure = figure_of_size(size)
        self._axes = axes = self.figure.add_subplot()
        axes.scatter(x, y)
        for label, axis in zip(text.labels, (axes.xaxis, axes.yaxis), strict=True):
            if label:
                families = list(fonts_for([label], own=(OWN,)).families_of(label))
                axis.set_label_text(label, fontfamily=families)
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
        self._text = text
        self._film = film
        self._at_static_limits = False
        self._remark = ""
        self._title_pad: float | None = None
        if film is not None:
            self._fix_limits(film, prediction_x)
        self._write(film)
        self.moving: list[Artist] = [self._line, *self._texts, axes.title]
        self._marks: ExitMarks | None = None
        if film is not None:
            self._marks = ExitMarks(axes, prediction_x, "red")
            self.moving += self._marks.moving

    def _write(self, film: WholeFilm | None) -> None:
        """Put the texts, empty as yet, at their places."""
        axes, text = self._axes, self._text
        if film is None and not text.is_above:
            self._texts = [axes.text(*at, "", fontdict=TEXT_STYLE) for at in (EPOCH_AT, LOSS_AT)]
            return
        sizes = [TEXT] * 2 + [SMALL_TEXT] * (text.beneath_loss is not None)
        rows = [TextRow(size, widest) for size, widest in zip(sizes, text.widest, strict=False)]
        places = None if film is None else place_free(axes, rows, film.area)
        if places is None:
            places, self._title_pad = place_above(axes, rows, may_rescale=film is None)
        self._texts = [
            axes.text(
                *place, "", fontdict=TEXT_STYLE | {"size": row.size}, transform=axes.transAxes
            )
            for place, row in zip(places, rows, strict=True)
        ]

    @in_force()
    def show(self, snapshot: FrameState, remark: str = "", colour: str = "black") -> None:
        """Moves everything to `snapshot`; `remark` stands above the axes.

        Raises `BadInput` where matplotlib has no axes for such values.
        """
        prediction = np.ravel(snapshot.prediction)[self._order]
        self._line.set_ydata(prediction)
        epoch, loss, *beneath = self._texts
        epoch.set_text(english().text("epoch_value", epoch=str(snapshot.epoch)))
        is_known = snapshot.epoch >= self._text.losses_from
        written = self._text.write_loss(snapshot.loss)
        text = english().text("loss_value", label=DEMO_LABEL, loss=written)
        loss.set_text(text if is_known else "")
        if beneath and self._text.beneath_loss is not None:
            beneath[0].set_text(self._text.beneath_loss(snapshot.loss))
        if remark != self._remark:
            self._axes.set_title(remark, pad=self._title_pad, color=colour)
            self._remark = remark
        try:
            if self._film is None:
                self._set_limits(prediction)
        except (ValueError, OverflowError) as error:
            raise BadInput(f"epoch {snapshot.epoch} can't be drawn: {error}") from error
        if self._marks is not None:
            self._marks.show(prediction)

    def _fix_limits(self, film: WholeFilm, prediction_x: NDArray[np.floating]) -> None:
        """Gives the axes the limits that hold for the whole film."""
        (left, _), (right, _) = self._static_limits
        left, right = min(left, prediction_x[0]), max(right, prediction_x[-1])
        self._axes.dataLim.set_points(np.array([[left, film.low], [right, film.high]]))
        try:
            self._axes.autoscale_view()
        except (ValueError, OverflowError) as error:
            raise BadInput(f"the data can't be drawn: {error}") from error
        self._axes.set_autoscale_on(False)

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
