"""A figure as layers in the order of painting, and as regions that share no pixel."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from operator import attrgetter

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Text

from fitreel.render.frame import Frame as Frame
from fitreel.render.geometry import NOTHING, Rectangle, overlap, union
from fitreel.render.raster.cached_text import CachedText
from fitreel.render.raster.recording_renderer import Command, RecordingRenderer

TELLING = (Line2D, Text)
"""Artists that are stale whenever they have changed; of others that isn't known."""


class Layer:
    """One artist in the order of painting.

    `damage` holds all pixels that it painted last, `bounds` all that it is expected to paint:
    what lies over a moving artist's bounds is painted after it, in every frame.
    """

    def __init__(self, position: int, artist: Artist, axes: Axes | None, moves: bool) -> None:
        self.position = position
        self.artist = artist
        self.axes = axes
        self.moves = moves
        self.tells = isinstance(artist, TELLING)
        """Whether it is stale whenever it has changed."""
        self.display_list: list[Command] = []
        self.damage = NOTHING
        self.bounds = NOTHING
        self.region: Region
        # Only a plain text is known to have no more to it; an annotation has.
        self.cached = CachedText(artist) if moves and type(artist) is Text else None

    def record(self, renderer: RecordingRenderer) -> None:
        """Records what the artist paints now, without painting."""
        renderer.display_list = self.display_list = []
        renderer.damage = NOTHING
        try:
            self.artist.draw(renderer)
        finally:
            renderer.display_list = None
        self.damage = self.bounds = renderer.damage

    def paint(self, renderer: RecordingRenderer) -> None:
        """Paints: a moving artist as it is now, another one from its record."""
        if self.moves:
            renderer.damage = NOTHING
            (self.cached or self.artist).draw(renderer)
            self.damage = renderer.damage
        else:
            for draw, arguments, options in self.display_list:
                draw(*arguments, **options)


class Region:
    """Layers that share no pixel with the layers of any other region."""

    def __init__(self, layer: Layer) -> None:
        self.layers = [layer]
        layer.region = self
        self.rectangle = layer.bounds
        self.is_outdated = True
        self.early: list[Layer] = []
        self.late: list[Layer] = []
        self.moving: list[Layer] = []
        """Those of `late` that move."""
        self.is_crossed = False
        """Whether in the newest frame a late layer that stays lies over one that moves."""

    def absorb(self, other: "Region") -> None:
        """Takes over another region's layers."""
        for layer in other.layers:
            layer.region = self
        self.layers = sorted(self.layers + other.layers, key=attrgetter("position"))
        self.rectangle = union(self.rectangle, other.rectangle)
        self.is_outdated = True

    @property
    def is_stale(self) -> bool:
        """Whether a moving artist may look other than when it was painted last."""
        return any(layer.artist.stale or not layer.tells for layer in self.moving)

    def crosses(self) -> bool:
        """Whether a moving artist has painted where one that stays lies over it."""
        beneath: list[Rectangle] = []
        for layer in self.late:
            if layer.moves:
                beneath.append(layer.damage)
            elif any(overlap(layer.damage, rectangle) for rectangle in beneath):
                return True
        return False

    def sort(self) -> None:
        """Sorts the layers into a background and what has to be painted for every frame."""
        self.early, self.late = [], []
        for layer in self.layers:
            over_late = any(overlap(layer.bounds, late.bounds) for late in self.late)
            (self.late if layer.moves or over_late else self.early).append(layer)
        self.moving = [layer for layer in self.late if layer.moves]
