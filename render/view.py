"""What a picture shows of data of a shape: chosen by the shape, or by `film.view`.

Imports nothing heavy: whether a job can have its view is said before anything is trained.
"""

from typing import TYPE_CHECKING, Literal

from fitreel.model.errors import BadInput
from fitreel.model.settings import NetworkSettings
from fitreel.render.panel_kinds import why_no_weights

if TYPE_CHECKING:
    from fitreel.model.data.data_shape import DataShape
    from fitreel.model.record.reader import Record

ViewName = Literal[
    "fit", "curves", "plane", "field", "regions", "picture", "scatter", "confusion", "slices",
    "numbers",
]  # fmt: skip
"""What `film.view` may say; `single.scene_choice` draws each.

fit: the fit of a curve. curves: one for each output or class over one input. plane: two outputs as
a curve in the plane. field: a colour for each number over two inputs. regions: the plane parted
into classes. picture: three outputs as colours. scatter: predicted against true. confusion: how
many of each class were taken for which. slices: along each input. numbers: the panels alone.
"""


def views_of(
    inputs: int, outputs: int, classes: int, *, has_grid: bool, at_points: bool = True
) -> tuple[ViewName, ...]:
    """What can be shown of data, the usual first.

    Args:
        inputs: how many; 0 of a record of numbers only.
        outputs: columns of y; 1 of classes.
        classes: how many; 0 where y is numbers.
        has_grid: whether two inputs are looked at on a grid.
        at_points: whether predictions are at the points, or between places of a grid.
    """
    table: ViewName = "confusion" if classes else "scatter"
    if not inputs or not (at_points or has_grid or inputs == 1):
        return ("numbers",)
    if inputs == 1:
        if outputs == 1 and not classes:
            return ("fit",)
        plane: tuple[ViewName, ...] = ("plane",) if outputs == 2 else ()
        return ("curves", *plane, table, "numbers")
    if inputs == 2 and has_grid and classes:
        return ("regions", table, "slices", "numbers")
    if inputs == 2 and has_grid and outputs in (1, 3):
        return ("field" if outputs == 1 else "picture", table, "slices", "numbers")
    return (table, "slices", "numbers")


def view_of(run: "Record", asked: str | None) -> str:
    """What the pictures of a record show.

    Args:
        run: the record.
        asked: what its film says; None: nothing.

    Raises:
        BadInput: that isn't one of `views_of`; the line lists those.
    """
    header = run.header
    inputs, outputs = len(header.inputs), len(header.outputs)
    views = views_of(
        inputs, 1 if header.classes else outputs, len(header.classes),
        has_grid=bool(header.grid_shape), at_points=run.grid is None,
    )  # fmt: skip
    return _chosen(views, asked)


def check_view(shape: "DataShape", asked: str | None) -> str:
    """What the pictures of a job's data will show, before it is trained.

    Raises:
        BadInput: as `view_of`.
    """
    return _chosen(views_of(shape.inputs, shape.outputs, shape.classes, has_grid=True), asked)


def _chosen(views: tuple[ViewName, ...], asked: str | None) -> str:
    if asked is None:
        return views[0]
    if asked not in views:
        fitting = " or ".join(views)
        raise BadInput(f"film.view: {asked}: doesn't fit these data; what does: {fitting}")
    return asked


def check_slices(network: NetworkSettings) -> None:
    """Refuse slices along a job's inputs where its record won't have what they need.

    Raises:
        BadInput: the line says why.
    """
    if (reason := why_no_weights(network)) is not None:
        raise BadInput(f"film.view: slices: {reason}")


def check_recorded_slices(run: "Record") -> None:
    """The same where a record hasn't.

    Raises:
        BadInput: the line says why.
    """
    # numpy is imported only where something is drawn.
    from fitreel.render.network.recorded_network import network_of

    if len(run):
        network_of(run, "film.view: slices")
