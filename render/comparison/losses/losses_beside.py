"""The losses of all configurations on one axis, with their names beside them."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from numpy.typing import NDArray

from fitreel.render.comparison.losses.gutter import Gutter
from fitreel.render.comparison.losses.gutter_names import name_tracks
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.standings.contenders import Contender
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.geometry import Box
from fitreel.render.plots.axes_furniture import ASCENT, UNDER
from fitreel.render.plots.loss_plot import LossPath, LossPlot, LossPlotStyle
from fitreel.render.plots.losses.loss_backdrop import Backdrop, LossBand

TITLE_OVER = 14.0
"""From the axes up to the title's baseline, in pixels at 720."""
TITLE_ASIDE = 24.0
"""From a title left of the numbers to these."""


class Losses:
    """A loss plot in `box`; its names stand in `gutter`, where there is one."""

    @in_force()
    def __init__(
        self,
        setting: Setting,
        box: Box,
        width: float,
        gutter: Box | None = None,
        name_size: float = 0.0,
        shown: Sequence[int] | None = None,
        *,
        beside: bool = False,
        after: bool = False,
    ) -> None:
        """Draw all configurations' paths.

        Args:
            setting: what is compared.
            box: of the axes and the numbers left of them.
            width: of the paths, in pixels at 720.
            gutter: right of it.
            name_size: font size of the names there.
            shown: those that have a colour; default: all.
            beside: whether what they are called stands left of them instead of over them.
            after: whether what their axis counts stands at the page's right edge, in the row of its
                numbers, instead of under these.
        """
        self._setting = setting
        page, plan = setting.page, setting.plan
        # Drawn in reverse, so that the winner's lies on top.
        self._order = sorted(
            range(len(setting.contenders)) if shown is None else shown,
            key=lambda n: (-setting.contenders[n].final_loss, -n),
        )
        paths = [_path(setting.contenders[n], setting.colours[n]) for n in self._order]
        style = LossPlotStyle(
            tick=plan.tick, words=setting.words, line_width=page.px(width), noise=setting.noise,
            clock=setting.comparison.clock, x_name=not after,
        )  # fmt: skip
        name = setting.loss_name
        aside = setting.lettering.width(name, plan.label) + page.px(TITLE_ASIDE) if beside else 0.0
        inside = box._replace(left=box.left + aside, width=box.width - aside)
        self._plot = LossPlot(page, inside, paths, setting.axis, style, self._backdrop())
        start, top = (box.left if beside else self._plot.inner.left), page.box.height - box.top
        size = plan.label
        if not beside:
            room = plan.width - plan.margin - start
            size = setting.lettering.fitting(name, size, "regular", room, 10.0)
        baseline = top + 0.74 * size if beside else top - page.px(TITLE_OVER)
        setting.lettering.write(start, baseline, name, size, colour=page.theme.muted)
        if after:
            row = page.box.height - box.bottom + page.px(UNDER) + ASCENT * plan.tick
            setting.lettering.write(
                plan.width - plan.margin, row, setting.time_name, plan.tick, ha="right",
                colour=page.theme.muted,
            )  # fmt: skip
        self.moving: list[Artist] = [*self._plot.moving]
        self._gutter: Gutter | None = None
        if gutter is not None:
            self._write_names(gutter, name_size)

    def _backdrop(self) -> Backdrop:
        """The paths of those without a colour, and the bands of groups."""
        setting = self._setting
        muted, every = setting.page.theme.muted, list(enumerate(setting.contenders))
        return Backdrop(
            [_path(each, muted) for n, each in every if n not in self._order and each.runs],
            [
                LossBand(each.times, *each.loss_band, setting.colours[n])
                for n, each in every
                if n in self._order and each.loss_band is not None
            ],
        )

    def _write_names(self, box: Box, size: float) -> None:
        setting = self._setting
        self._gutter = Gutter(
            setting.lettering, box, setting.names, setting.colours, setting.places, size
        )
        self.moving += self._gutter.moving
        self._markers = self._marker_heights(setting.times)
        self._tracks = name_tracks(
            self._markers, self._gutter.heights, self._gutter.bounds, setting.fps,
            setting.page.px(1),
        )  # fmt: skip

    def show(self, state: ComparisonState, opacity: float) -> None:
        """Moves the markers and the names; places are so opaque."""
        contenders = [self._setting.contenders[n] for n in self._order]
        times = [
            min(state.time, float(each.times[-1])) if len(each.times) else None
            for each in contenders
        ]
        self._plot.show(times, [each.loss_now(state) for each in contenders])
        if self._gutter is None:
            return
        frame = state.frame
        if frame < len(self._tracks) and self._setting.times[frame] == state.time:
            markers, middles = self._markers[frame], self._tracks[frame]
        else:
            markers = self._marker_heights(np.array([state.time]))[0]
            middles = self._gutter.resting(markers)
        self._gutter.show(markers, middles, opacity)

    def _marker_heights(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of each configuration in each frame, shape (F, N), in pixels from below."""
        columns = [self._plot.y_of(each.losses_at(times)) for each in self._setting.contenders]
        return np.column_stack(columns)


def _path(contender: Contender, colour: str) -> LossPath:
    return LossPath(
        contender.times, contender.losses, colour,
        raw=contender.own_losses if contender.is_noisy else None,
        is_diverged=contender.has_diverged,
    )  # fmt: skip
