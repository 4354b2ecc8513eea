"""Artists that change only where they look different: what is set anew is painted anew."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import numpy as np
from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.text import Text


def show_opacity(artist: Artist, opacity: float) -> None:
    """Let an artist be so opaque."""
    if artist.get_alpha() != opacity:
        artist.set_alpha(opacity)


def show_text(text: Text, string: str, weight: str, colour: str) -> None:
    """Let a text say this, in this weight and colour."""
    if text.get_text() != string:
        text.set_text(string)
    if text.get_fontweight() != weight:
        text.set_fontweight(weight)
    if text.get_color() != colour:
        text.set_color(colour)


def show_level(line: Line2D, first: float, last: float) -> None:
    """Let a line of two ends go from one height to another, in parts of the figure."""
    if not np.array_equal(line.get_ydata(), [first, last]):
        line.set_ydata([first, last])


def show_height(text: Text, height: float) -> None:
    """Let a text stand so high, in parts of the figure."""
    if text.get_position()[1] != height:
        text.set_y(height)
