"""Plots of a page as bokeh has them, without any data: the page's script fills them."""

import json
import re
from typing import Any

from fitreel.model.system.extras import import_library
from fitreel.render.mpl.theme import Theme
from fitreel.render.web.charts import Chart

EXTRA, PURPOSE = "page", "a page"
FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
HOVER_NUMBER = "%0.6g"
BAND_OPACITY = 0.13
MOVING = ["moving"]
"""Of what changes from step to step: see marks.js."""
_PART = re.compile(r'"p[0-9]{4,}"')
"""bokeh's own number of a part, which counts on from plot to plot."""


class Figures:
    """Makes plots in the colours of a theme.

    Raises:
        Unavailable: bokeh isn't installed.
    """

    def __init__(self, theme: Theme) -> None:
        import_library("bokeh", EXTRA, PURPOSE)
        self._theme = theme
        self._made = 0

    def losses(self, count: int, clock: str, noise_name: str) -> dict[str, Any]:
        """The plot of the losses of `count` runs: paths to come pale, past ones, markers.

        `clock`: what its axis counts; `noise_name`: what the dashed line is.
        """
        from bokeh.models import Label, PlainText

        plot = self._plot((0.0, 1.0), (0.0, 1.0), self._theme.axes)
        theme = self._theme
        self._name(plot.xaxis[0], clock)
        label = Label(x=0.015, y=0, text=PlainText(text=noise_name), visible=False, y_offset=4,
                      text_color=theme.muted, text_font=FONT, name="noise-name")  # fmt: skip
        plot.add_layout(label)
        noise = plot.line("x", "y", source=_source("noise", x=[], y=[]), line_color=theme.muted,
                          line_width=2, line_dash=[7, 6])  # fmt: skip
        noise.level = "underlay"
        hovered = []
        for number in range(count):
            self._band(plot, f"loss-band-{number}")
            path = _source(f"path-{number}", x=[], y=[], epoch=[], loss=[], name=[])
            past = _source(f"past-{number}", x=[], y=[])
            now = _source(f"now-{number}", x=[], y=[])
            lines = [
                plot.line("x", "y", source=path, line_alpha=max(theme.past_opacity, 0.25),
                          line_width=3, name=f"style-{number}"),
                plot.line("x", "y", source=past, line_width=3.5, line_cap="round",
                          line_join="round", name=f"style-{number}", tags=MOVING),
                plot.scatter("x", "y", source=now, size=13, line_color=theme.axes, line_width=1.5,
                             name=f"style-{number}", tags=MOVING),
            ]  # fmt: skip
            hovered.append(lines[0])
        named = [("", "@name")] * (count > 1)
        self._hover(plot, hovered, [*named, ("", "@epoch"), ("", "@loss")])
        return self._item(plot)

    def chart(self, chart: Chart, count: int) -> dict[str, Any]:
        """A plot, by its `kind`, of `count` curves: runs, outputs, units and their sum."""
        # Between the parts of a picture of numbers nothing is painted.
        is_inside = chart["kind"] in ("weights", "tiles")
        ground = self._theme.background if is_inside else self._theme.axes
        plot = self._plot(tuple(chart["x"]["span"]), tuple(chart["y"]["span"]), ground)
        for axis, shown in ((plot.xaxis, chart["x"]["name"]), (plot.yaxis, chart["y"]["name"])):
            self._name(axis[0], shown)
        kind = chart["kind"]
        if kind in ("field", "regions", "picture"):
            self._image(plot, chart)
        elif is_inside:
            self._inside(plot)
        elif kind == "units":
            self._units(plot, count, has_sum=chart["has_sum"])
        elif kind == "metric":
            self._metric(plot)
        elif kind == "away":
            self._away(plot, count, is_curve=chart["part"] == "error")
        elif kind == "scatter":
            self._table(plot)
        else:
            self._curves(plot, count, has_gaps=kind == "fit", has_groups="lines" in chart)
        return self._item(plot)

    def _plot(self, x: Any, y: Any, ground: str) -> Any:
        from bokeh.models import FixedTicker, Range1d
        from bokeh.plotting import figure

        theme = self._theme
        plot = figure(
            x_range=Range1d(*x), y_range=Range1d(*y), toolbar_location=None, tools="",
            background_fill_color=ground, border_fill_color=theme.background,
            outline_line_color=None, sizing_mode="stretch_both", output_backend="canvas",
            min_border=6, lod_threshold=None,
        )  # fmt: skip
        for axis in (*plot.xaxis, *plot.yaxis):
            axis.ticker = FixedTicker(ticks=[])
            axis.axis_line_color = theme.spines
            axis.major_tick_line_color = None
            axis.minor_tick_line_color = None
            axis.major_label_text_color = theme.ticks
            axis.major_label_text_font = FONT
            axis.axis_label_text_color = theme.muted
            axis.axis_label_text_font = FONT
            axis.axis_label_text_font_style = "normal"
        plot.grid.grid_line_color = theme.grid if theme.grid_shown else None
        return plot

    def _name(self, axis: Any, name: str) -> None:
        from bokeh.models import PlainText

        # As text, whatever stands in it: bokeh would take $$…$$ for TeX.
        axis.axis_label = PlainText(text=name) if name else None

    def _band(self, plot: Any, name: str) -> None:
        """Where most of a group lie, faint in its colour."""
        source = _source(name, x=[], y1=[], y2=[])
        plot.varea("x", "y1", "y2", source=source, fill_alpha=BAND_OPACITY, name="show-band",
                   tags=MOVING)  # fmt: skip

    def _curves(self, plot: Any, count: int, *, has_gaps: bool, has_groups: bool) -> None:
        theme = self._theme
        for number in range(count if has_groups else 0):
            self._band(plot, f"band-{number}")
        if has_gaps:
            gaps = _source("gaps", x=[], y=[], to=[])
            plot.segment("x", "y", "x", "to", source=gaps, line_width=2, name="show-gaps",
                         tags=MOVING, line_color=theme.prediction,
                         line_alpha=theme.gap_opacity)  # fmt: skip
        dots = _source("points", x=[], y=[], colour=[])
        points = plot.scatter("x", "y", source=dots, size=8, fill_color="colour",
                              line_color="colour", fill_alpha=0.85, line_alpha=0.85,
                              name="show-points")  # fmt: skip
        self._aside(plot, size=9)
        for number in range(count):
            source = _source(f"truth-{number}", x=[], y=[])
            plot.line("x", "y", source=source, line_color=theme.truth, line_width=2.5,
                      line_dash=[10, 7], name="show-truth")  # fmt: skip
        for number in range(count if has_groups else 0):
            source = _source(f"members-{number}", x=[], y=[])
            plot.line("x", "y", source=source, line_width=1.5, line_alpha=0.4, name="show-members",
                      tags=MOVING)  # fmt: skip
        lines = []
        for number in range(count):
            source = _source(f"line-{number}", x=[], y=[], name=[])
            lines.append(
                plot.line("x", "y", source=source, line_width=5 if count < 4 else 3,
                          line_cap="round", line_join="round", name=f"style-{number}", tags=MOVING)
            )  # fmt: skip
        named = [("", "@name")] * (count > 1)
        exact = [("x", f"@x{{{HOVER_NUMBER}}}"), ("y", f"@y{{{HOVER_NUMBER}}}")]
        self._hover(plot, [*lines, points], named + exact)

    def _image(self, plot: Any, chart: Chart) -> None:
        (left, right), (low, high) = chart["x"]["span"], chart["y"]["span"]
        place = {"x": left, "y": low, "dw": right - left, "dh": high - low}
        plot.grid.visible = False
        image = plot.image_rgba("image", source=_source("image", image=[]), **place)
        image.level = "image"
        if chart["kind"] == "picture":
            image.glyph.origin = "bottom_left"
            return
        dots = _source("points", x=[], y=[], colour=[], value=[], edge=[], edge_width=[])
        points = plot.scatter("x", "y", source=dots, size=9, fill_color="colour",
                              line_color="edge", line_width="edge_width",
                              name="show-points")  # fmt: skip
        aside = self._aside(plot, size=10)
        exact = [(axis, f"@{axis}{{{HOVER_NUMBER}}}") for axis in "xy"]
        self._hover(plot, [points, aside], [*exact, ("", "@value")], mode="mouse")

    def _aside(self, plot: Any, size: float) -> Any:
        """Points that were kept aside: hollow, or where colours are values, with a white rim."""
        source = _source("aside", x=[], y=[], colour=[], edge=[], value=[])
        return plot.scatter("x", "y", source=source, size=size, fill_color="colour",
                            line_color="edge", line_width=2, name="show-aside")  # fmt: skip

    def _away(self, plot: Any, count: int, *, is_curve: bool) -> None:
        """How far a curve is from the truth, or points from a curve."""
        theme = self._theme
        lines = []
        for number in range(count):
            source = _source(f"line-{number}", x=[], y=[])
            if is_curve:
                line = plot.line("x", "y", source=source, line_width=4, tags=MOVING,
                                 line_color=theme.prediction, name=f"style-{number}")  # fmt: skip
            else:
                line = plot.scatter("x", "y", source=source, size=6, color=theme.points,
                                    tags=MOVING)  # fmt: skip
            lines.append(line)
        zero = _source("zero", x=[], y=[])
        plot.line("x", "y", source=zero, line_color=theme.muted, line_width=1.5)
        exact = [("x", f"@x{{{HOVER_NUMBER}}}"), ("", f"@y{{{HOVER_NUMBER}}}")]
        self._hover(plot, lines, exact)

    def _inside(self, plot: Any) -> None:
        """A picture of numbers without axes."""
        plot.grid.visible = False
        for axis in (*plot.xaxis, *plot.yaxis):
            axis.axis_line_color = None
        place = {"x": 0, "y": 0, "dw": 1, "dh": 1}
        image = plot.image_rgba("image", source=_source("image", image=[]), **place)
        image.level = "image"

    def _units(self, plot: Any, count: int, *, has_sum: bool) -> None:
        """A line for each unit, and last a strong one for their sum, if there is one."""
        zero = _source("zero", x=[], y=[])
        plot.line("x", "y", source=zero, line_color=self._theme.muted, line_width=1.5)
        lines = [
            plot.line("x", "y", source=_source(f"line-{number}", x=[], y=[]), tags=MOVING,
                      line_width=4 if has_sum and number == count - 1 else 1.8, line_join="round",
                      name=f"style-{number}")
            for number in range(count)
        ]  # fmt: skip
        exact = [("x", f"@x{{{HOVER_NUMBER}}}"), ("", f"@y{{{HOVER_NUMBER}}}")]
        self._hover(plot, lines, exact)

    def _metric(self, plot: Any) -> None:
        theme = self._theme
        path = _source("path-0", x=[], y=[], epoch=[])
        past, now = _source("past-0", x=[], y=[]), _source("now-0", x=[], y=[])
        line = plot.line(
            "x", "y", source=path, line_width=3, line_alpha=0.25, line_color=theme.text
        )
        plot.line("x", "y", source=past, line_width=3.5, line_color=theme.text, tags=MOVING)
        plot.scatter("x", "y", source=now, size=12, color=theme.text, tags=MOVING)
        self._hover(plot, [line], [("epoch", "@epoch"), ("value", f"@y{{{HOVER_NUMBER}}}")])

    def _table(self, plot: Any) -> None:
        theme = self._theme
        plot.line("x", "y", source=_source("diagonal", x=[], y=[]), line_color=theme.muted,
                  line_width=2, line_dash=[7, 6])  # fmt: skip
        gaps = _source("gaps", x=[], y=[], to=[])
        plot.segment("x", "y", "x", "to", source=gaps, line_color=theme.prediction, line_width=1.6,
                     line_alpha=0.38, name="show-gaps", tags=MOVING)  # fmt: skip
        source = _source("line-0", x=[], y=[])
        points = plot.scatter("x", "y", source=source, size=8, color=theme.points, tags=MOVING)
        exact = [("true", f"@x{{{HOVER_NUMBER}}}"), ("predicted", f"@y{{{HOVER_NUMBER}}}")]
        self._hover(plot, [points], exact, mode="mouse")

    def _hover(self, plot: Any, renderers: list[Any], tips: Any, mode: str = "mouse") -> None:
        from bokeh.models import HoverTool

        formatters = {f"@{column}": "printf" for column in ("x", "y")}
        plot.add_tools(
            HoverTool(renderers=renderers, tooltips=tips, mode=mode, formatters=formatters,
                      visible=False)
        )  # fmt: skip

    def _item(self, plot: Any) -> dict[str, Any]:
        """The plot as JSON, with the same names for its parts whatever was made before."""
        from bokeh.embed import json_item

        self._made += 1
        names: dict[str, str] = {}
        text = _PART.sub(
            lambda match: names.setdefault(match[0], f'"plot-{self._made}-{len(names)}"'),
            json.dumps(json_item(plot)),
        )
        item: dict[str, Any] = json.loads(text)
        return item


def script_of_library() -> str:
    """bokeh's own script, as it comes with its Python package."""
    import_library("bokeh", EXTRA, PURPOSE)
    from bokeh.resources import Resources

    return "\n".join(Resources(mode="inline", components=["bokeh"], log_level="error").js_raw)


def _source(key: str, /, **columns: Any) -> Any:
    """A table of a plot, empty, by whose name the script finds it."""
    from bokeh.models import ColumnDataSource

    return ColumnDataSource(data=columns, name=key)
