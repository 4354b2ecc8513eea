"""A figure drawn into a renderer of ours, and left as if nobody had drawn it."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import contextlib
from collections.abc import Iterator
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure

from fitreel.render.figure.private_names import OF_CANVAS


@contextlib.contextmanager
def drawing_into(
    figure: Figure, artists: list[Artist], renderer: RendererAgg, *, saving: bool
) -> Iterator[None]:
    """A block in which a draw of `figure` meets an Agg canvas that has this `renderer`.

    Layouts measure with it, and what a user's `draw_event` paints on the canvas lands in it, as
    where the user saves the figure. Afterwards the figure's own canvas has the picture it had, and
    nothing is more or less stale: a window shows what it would have shown.

    Args:
        figure: whose canvas, of whatever kind, stays its own.
        artists: all in it, see `family`.
        renderer: of the figure's size and resolution.
        saving: whether the canvas says that it is saving, so that animated artists are drawn.
    """
    own = figure.canvas
    callback = figure.stale_callback
    before = [(held, held["_stale"], held.get("_renderer")) for held in map(vars, artists)]
    # An interactive figure would draw itself once more for each tick that a draw moves.
    figure.stale_callback = None
    try:
        canvas: Any = own if isinstance(own, FigureCanvasAgg) else _stand_in(figure)
        figure.canvas = canvas
        width, height = canvas.get_width_height(physical=True)
        values = (renderer, (width, height, figure.dpi), saving)
        with _replaced(canvas, dict(zip(OF_CANVAS, values, strict=True))):
            yield
    finally:
        figure.canvas = own
        figure.stale_callback = callback
        for held, stale, measure in before:
            held["_stale"] = stale  # past the setter, which would tell the axes and the figure
            if "_renderer" in held:
                held["_renderer"] = measure


def _stand_in(figure: Figure) -> FigureCanvasAgg:
    """An Agg canvas for a figure that has another one, as `savefig` makes it."""
    return FigureCanvasAgg(figure)


@contextlib.contextmanager
def _replaced(owner: object, values: dict[str, object]) -> Iterator[None]:
    """A block in which an object has other attributes of its own."""
    attributes = vars(owner)
    before = {name: attributes[name] for name in values if name in attributes}
    attributes.update(values)
    try:
        yield
    finally:
        for name in values:
            attributes.pop(name, None)
        attributes.update(before)


def family(figure: Figure) -> list[Artist]:
    """A figure and all in it but ticks, which an axis would have to work out first."""
    artists: list[Artist] = []
    _collect(figure, artists)
    return artists


def _collect(artist: Artist, artists: list[Artist]) -> None:
    artists.append(artist)
    if isinstance(artist, Axis):
        artists += (artist.label, artist.offsetText)
        return
    for child in artist.get_children():
        _collect(child, artists)


def is_matplotlibs_own(artists: list[Artist]) -> bool:
    """Whether drawing these calls nothing but matplotlib's own code."""
    return all(
        type(artist).__module__.startswith(("matplotlib.", "mpl_toolkits."))
        and "draw" not in vars(artist)
        for artist in artists
    )
