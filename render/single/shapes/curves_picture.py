"""One input, several outputs or classes: a curve each, in a colour of its own."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

from matplotlib.artist import Artist

from fitreel.model.record.reader import Record
from fitreel.render.mpl.pixel_layout import Page, drawable
from fitreel.render.mpl.theme import Theme
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.plots.axes_furniture import draw_furniture
from fitreel.render.plots.fields.class_styles import class_styles
from fitreel.render.plots.fit_axes import (
    fit_axes,
    fit_ticks,
    numbers_before_layout,
)
from fitreel.render.plots.pictures.limits import curve_limits
from fitreel.render.plots.several_curves import CurvesStyle, SeveralCurves
from fitreel.render.single.shapes.curve_names import CurveNames
from fitreel.render.single.shapes.shape_picture import Places
from fitreel.render.single.shapes.view_needs import curves_needs
from fitreel.render.single.states.run_state import RunState
from fitreel.render.text.axis_labels import AxisLabels
from fitreel.render.text.translations import Translation
from fitreel.render.timing.epoch_axis import EpochAxis

STYLE = CurvesStyle(
    width=6.0, many_width=4.0, truth=2.0, dot=7.0, point_opacity=0.55, is_dashed=True
)


class CurvesPicture:
    """Points, targets and curves of each output in one colour; of classes, their probabilities."""

    def __init__(
        self,
        run: Record,
        settings: PictureSettings,
        theme: Theme,
        words: Translation,
        axis: EpochAxis,
    ) -> None:
        self._run, self._theme, self._words = run, theme, words
        self._columns = run.header.predicted_columns
        if run.header.classes:
            self._names = list(run.header.classes)
            self._colours = [colour for colour, _ in class_styles(theme, self._columns)]
        else:
            self._names = [column.name for column in run.header.outputs]
            self._colours = [theme.lines[n % len(theme.lines)] for n in range(self._columns)]
        self._names = [drawable(name) for name in self._names]
        self._limits = curve_limits(run)
        self._names_of_axes = AxisLabels(settings.x_label or _input_name(run),
                                         settings.y_label or "")  # fmt: skip
        numbers = numbers_before_layout(self._limits, words)
        self.needs = curves_needs(numbers, self._names, self._names_of_axes.x)
        self.loss_colour = theme.text
        self.moving: Sequence[Artist] = ()

    @in_force()
    def draw(self, page: Page, places: Places) -> None:
        """As `ShapePicture`."""
        run, box = self._run, places.main
        axes = fit_axes(page, box, self._limits)
        self._curves = SeveralCurves(page, axes, run, self._colours, STYLE)
        moving: list[Artist] = [*self._curves.moving]
        self._rider: CurveNames | None = None
        if not places.is_bare:
            axes.set_axis_on()
            ticks_x, ticks_y = fit_ticks(self._limits, box, places.types.tick, self._words)
            draw_furniture(page, axes, box, ticks_x, ticks_y, tick=places.types.tick,
                           names=self._names_of_axes)  # fmt: skip
            # The colours of classes are too pale for letters.
            inks = [self._theme.text] * self._columns if run.header.classes else self._colours
            self._rider = CurveNames(page, axes, box, self._names, inks, places.types.label)
            moving += self._rider.moving
        self.moving = moving

    def show(self, state: RunState) -> None:
        """As `ShapePicture`."""
        curves = self._curves.show(state.snapshot.prediction)
        if self._rider is not None:
            self._rider.show(curves[-1])

    def numbers(self, state: RunState) -> list[str]:
        """As `ShapePicture`."""
        return []

    def line_under(self, state: RunState) -> str:
        """As `ShapePicture`."""
        return ""


def _input_name(run: Record) -> str:
    name = run.header.inputs[0].name
    return "" if name == "x" else drawable(name).replace("$", r"\$")
