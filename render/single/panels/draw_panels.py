"""All panels of a picture: those of a column have their axes under each other."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Callable, Mapping, Sequence

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.geometry import Box
from fitreel.render.plots.axes_furniture import widest
from fitreel.render.plots.axes_names import write_name
from fitreel.render.plots.loss_plot import time_name
from fitreel.render.single.layout.themed_layout import PanelPlace
from fitreel.render.single.panels.error import Error
from fitreel.render.single.panels.hidden_units import HiddenUnits
from fitreel.render.single.panels.loss import LossCurve
from fitreel.render.single.panels.metrics import MetricCurves
from fitreel.render.single.panels.panel import Panel, PanelStyle
from fitreel.render.single.panels.residuals import Residuals
from fitreel.render.single.panels.unit_fields import UnitSquares
from fitreel.render.single.panels.weights import Gradients, Weights

MakePanel = Callable[[Record, PanelStyle, Sequence[Snapshot], float], Panel]
PANELS: Mapping[str, MakePanel] = {
    "loss": LossCurve,
    "metrics": MetricCurves,
    "residuals": Residuals,
    "units": HiddenUnits,
    "error": Error,
    "weights": Weights,
    "gradients": Gradients,
}
"""What draws each of `PANEL_KINDS`."""
IN_Y = ("residuals", "units", "error")
"""Those whose numbers are in the units of the fit's upright axis."""
BETWEEN = 1.0
"""From a panel's name to what else stands in its head, in font sizes."""
SMALLEST = 0.68
"""To which a name shrinks, in its font sizes; then it is shortened."""


def _kind(run: Record, name: str) -> MakePanel:
    """What draws a panel of a record; over two inputs hidden units are small fields."""
    return UnitSquares if name == "units" and len(run.header.inputs) == 2 else PANELS[name]


@in_force()
def draw_panels(
    run: Record, places: Mapping[str, PanelPlace], style: PanelStyle, samples: Sequence[Snapshot]
) -> list[Panel]:
    """Draw panels, at no snapshot yet.

    Args:
        run: the record.
        places: by the keys of `PANEL_KINDS`.
        style: what they share.
        samples: snapshots from all of the film, in order, whose values decide the limits.

    Raises:
        BadInput: the record hasn't got what a panel needs.
    """
    panels = {
        name: _kind(run, name)(run, style, samples, place.box.height)
        for name, place in places.items()
    }
    # Under a readout a plot's numbers begin where this does.
    is_alone = len(places) == 1 and style.loss_rides_at is None
    columns: dict[int, float] = {}
    for name, panel in panels.items():
        place = places[name]
        column = round(place.box.left)
        room = widest(style.page, panel.y_texts, style.tick)
        if not is_alone or place.head is not None:
            room = max(room, place.left, columns.get(column, 0.0))
        columns[column] = room
    for name, panel in panels.items():
        place, box = places[name], places[name].box
        left = columns[round(box.left)]
        inner = Box(box.left + left, box.bottom, max(box.width - left, 1), box.height)
        panel.draw(place, inner)
        if place.head is not None:
            _write_head(name, panel, place, (inner.left, place.head), style)
    return list(panels.values())


def _write_head(
    name: str, panel: Panel, place: PanelPlace, start: tuple[float, float], style: PanelStyle
) -> None:
    """What a panel is called, and what stands at the other end of that line."""
    page, words = style.page, style.words
    right = place.box.right
    left, baseline = start
    kind = "distance" if name == "error" and style.in_plane else name
    title = "" if name == "metrics" else words.text(f"panel_{kind}")
    if name == "loss" and style.loss_name:
        title = style.loss_name
    if name in IN_Y and style.labels.y:
        title = f"{title} ({style.labels.y})"
    # Of two such panels under each other the lower one has the numbers, and their name.
    if name in ("loss", "metrics") and place.x_name_in_head and place.x_labels:
        names = panel.least_width() if isinstance(panel, MetricCurves) else 0.0
        least = max(SMALLEST * page.width_of(title, style.label), names)
        right -= _write_axis_name(style, right, baseline, right - left - least)
    if isinstance(panel, MetricCurves):
        panel.write_names(left, right, baseline)
        return
    gap = BETWEEN * style.tick
    room = right - left
    if isinstance(panel, HiddenUnits):
        room -= panel.least_key_width() + gap
    width = write_name(page, title, start, style.label, room, smallest=SMALLEST)
    if isinstance(panel, HiddenUnits):
        panel.draw_key(left + width + gap, right, baseline)


def _write_axis_name(style: PanelStyle, right: float, baseline: float, room: float) -> float:
    """What epochs are called at the end of a head, if it has room; returns how much it takes."""
    page, words = style.page, style.words
    for name in (time_name(style.axis, words), words.text("axis_epoch")):
        size = max(page.size_to_fit([name], room, style.tick), SMALLEST * style.tick)
        width = page.width_of(name, size) + BETWEEN * size
        if width <= room:
            page.text(right, baseline, name, size, colour=page.theme.muted, ha="right")
            return width
    return 0.0
