"""Colours for identity only: the theme's, and beyond them ones far from all before."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_hex, to_rgb
from numpy.typing import NDArray

from fitreel.render.mpl.theme import TEXT_CONTRAST, Theme, contrast
from fitreel.render.plots.fields.class_styles import FEW

PALETTES = ("tab20", "tab20b", "Dark2")
"""Known palettes, of which those colours are taken that can be read on the ground."""


@in_force()
def identity_colours(count: int, theme: Theme, *, has_classes: bool = False) -> list[str]:
    """A colour each, in the theme's order; they begin anew when all are used up.

    Where classes have colours in the picture, no run wears one of those.
    """
    own, others = theme.lines, [theme.text]
    if has_classes and theme.beside_classes:
        own, others = (theme.muted, *theme.beside_classes), [theme.text, *theme.classes[:FEW]]
    colours = list(own[:count])
    # Of many, names over panels are small and lines are thin.
    candidates = [
        to_hex(colour)
        for name in PALETTES
        for colour in colormaps[name].colors  # type: ignore[attr-defined]
        if contrast(to_hex(colour), theme.background) >= TEXT_CONTRAST
    ]
    while len(colours) < count and candidates:
        used = np.array([_lab(colour) for colour in (*colours, *others)])
        nearest = [float(np.min(np.linalg.norm(used - _lab(each), axis=1))) for each in candidates]
        colours.append(candidates.pop(int(np.argmax(nearest))))
    return [colours[number % len(colours)] for number in range(count)]


def _lab(colour: str) -> NDArray[np.float64]:
    """A colour in CIELAB, where distances are about those that are seen."""
    parts = np.array(to_rgb(colour))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    x, y, z = np.cbrt(to_xyz @ linear / np.array([0.9505, 1.0, 1.089]))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])
