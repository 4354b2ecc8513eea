"""A figure drawn into a renderer of ours, and left as if nobody had drawn it."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import contextlib
from collections.abc import Iterator
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure

from fitreel.render.mpl.private_names import OF_CANVAS


@contextlib.contextmanager
def drawing_into(figure: Figure, renderer: RendererAgg, *, saving: bool) -> Iterator[None]:
    """A block in which a draw of `figure` meets an Agg canvas that has this `renderer`.

    Layouts measure with it, and what a user's `draw_event` paints on the canvas lands in it, as
    where the user saves the figure. Afterwards the figure's own canvas has the picture it had, and
    nothing is more or less stale: a window shows what it would have shown.

    Args:
        figure: whose canvas, of whatever kind, stays its own.
        renderer: of the figure's size and resolution.
        saving: whether the canvas says that it is saving, so that animated artists are drawn.
    """
    own = figure.canvas
    callback = figure.stale_callback
    flags = [(artist, artist.stale) for artist in _family(figure)]
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
        for artist, stale in flags:
            if artist.stale != stale:
                # Past the setter, which would tell the axes and the figure.
                vars(artist)["_stale"] = stale


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


def _family(artist: Artist) -> Iterator[Artist]:
    """An artist and all in it but ticks, which an axis would have to work out first."""
    yield artist
    if isinstance(artist, Axis):
        yield from (artist.label, artist.offsetText)
        return
    for child in artist.get_children():
        yield from _family(child)
