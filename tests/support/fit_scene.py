"""The fit's parts on a page, as a scene: nothing else is there."""

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.theme import load_theme
from fitreel.render.plots.edge_marks import EdgeMarks
from fitreel.render.plots.fit_axes import fit_axes, fit_limits
from fitreel.render.plots.gaps import Gaps, has_gaps
from fitreel.render.plots.labels.direct_labels import DirectLabel, draw_labels, place_labels
from fitreel.render.plots.labels.key import draw_key
from fitreel.render.plots.network_line import NetworkLine, Rider
from fitreel.render.plots.points import draw_points, point_style
from fitreel.render.plots.trail import Trail
from fitreel.render.plots.truth import draw_truth
from fitreel.render.timing.epoch_axis import epoch_axis
from fitreel.render.timing.pace_settings import Pacing

SIZE = (640, 360)


class FitScene:
    """A run's fit in any theme, with gaps or a trail, labels, a key, and marks at the edges."""

    def __init__(
        self,
        run: Record,
        theme: str = "light",
        size: tuple[int, int] = SIZE,
        *,
        over: bool = False,
        labelled: bool = True,
    ) -> None:
        colours = load_theme(theme)
        self.page = page = Page(size, colours)
        self.figure: Figure = page.figure
        self.run, self.axis = run, epoch_axis([run.epochs], Pacing(pace="path"))
        width, height = size
        self.box = Box(
            round(0.06 * width), round(0.16 * height), round(0.7 * width), round(0.66 * height)
        )
        self.limits = fit_limits([run], run.truth is not None)
        self.axes = axes = fit_axes(page, self.box, self.limits)
        self.size = page.px(23.8)
        self.points = point_style(
            page, len(run.x), colour=colours.points, opacity=colours.points_opacity
        )
        draw_points(page, axes, run, self.points, over)
        red = colours.prediction
        if run.truth is not None:
            draw_truth(page, axes, run, colour=colours.truth)
        self.line = NetworkLine(page, axes, run, colour=red)
        self.rider = Rider(page, axes, run, "network", size=self.size, colour=red)
        self.gaps = self.trail = None
        if has_gaps(run):
            self.gaps = Gaps(page, axes, run, colour=red, opacity=colours.gap_opacity)
        else:
            self.trail = Trail(page, axes, run, self.axis, colour=red)
        self.marks = EdgeMarks(
            page, axes, run, colour=red, size=self.size, write=lambda value: f"{value:.2g}"
        )
        labels = [DirectLabel("data", "data", colours.data_text)]
        if run.truth is not None:
            labels.insert(0, DirectLabel("true function", "truth", colours.truth))
        self.plan = place_labels(
            page, axes, [run], labels,
            axis=self.axis, size=self.size, diameter=self.points.diameter,
        )  # fmt: skip
        if labelled:
            draw_labels(page, axes, self.plan, self.size)
            right, baseline = self.box.right, self.box.top + page.px(20)
            draw_key(
                page, self.plan.missing,
                right=right, baseline=baseline, size=self.size, points=self.points,
            )  # fmt: skip
        parts = [self.line, self.rider, self.gaps, self.trail, self.marks]
        self.moving: Sequence[Artist] = [
            artist for part in parts if part is not None for artist in part.moving
        ]

    def show(
        self, epoch: float, prediction: NDArray[np.floating], seconds_at_end: float | None = None
    ) -> None:
        """Move all that moves."""
        self.line.show(prediction)
        self.rider.show(prediction)
        if self.gaps is not None:
            self.gaps.show(prediction)
        if self.trail is not None:
            self.trail.show(epoch, seconds_at_end)
        self.marks.show(prediction, seconds_at_end is not None)

    def picture(self) -> NDArray[np.uint8]:
        """Shape (H, W, 3): a full draw by matplotlib."""
        canvas = self.figure.canvas
        assert isinstance(canvas, FigureCanvasAgg)
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())[..., :3].copy()

    def crop(self, picture: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
        """The pixels of a box that counts from the lower edge."""
        height = picture.shape[0]
        return picture[
            round(height - box.top) : round(height - box.bottom), round(box.left) : round(box.right)
        ]
