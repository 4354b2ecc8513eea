"""Text that stays where it is while what it says changes, drawn without laying it out again.

Most of what matplotlib does to draw a short line of text is to find out where it goes, and of a
film's texts only the words change. A line's place depends on what is asked of its artist and on
the line's metrics, so a place found once serves every other line with these metrics.
"""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from typing import Any

from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.text import Text

from fitreel.render.mpl.cached_text_renderer import CachedTextRenderer
from fitreel.render.mpl.glyph_cache import Metrics
from fitreel.render.mpl.private_names import OF_TEXT
from fitreel.render.raster.artist_changes import ArtistState

PLACES_KEPT = 1000
"""Places kept of one text; a number that is not set from the left has as many as it has widths."""


class CachedText:
    """One text artist, and where its lines have been drawn.

    What can't be told apart by its looks, such as more than one line, is drawn the plain way.
    """

    def __init__(self, artist: Text) -> None:
        self._artist = artist
        self._state = ArtistState(artist, OF_TEXT)
        self._font: dict[str, Any] = {}
        self._at: tuple[float, float] | None = None
        self._places: dict[Metrics, tuple[Any, float, float]] = {}

    def draw(self, renderer: CachedTextRenderer) -> None:
        """Draw the text as it is now: the pixels that the artist's own `draw` would leave."""
        artist = self._artist
        string = artist.get_text()
        if renderer.glyphs is None or not string or not self._is_plain(string):
            artist.draw(renderer)
            return
        if not self._is_where_it_was():
            self._places.clear()
        properties = artist.get_fontproperties()
        glyphs, (width, height, descent) = renderer.glyphs.layout(string, properties)
        # What begins at its place begins there however wide it is.
        is_left = artist.get_horizontalalignment() == "left"
        key = (0.0 if is_left else width, height, descent)
        if key in self._places:
            gc, x, y = self._places[key]
            renderer.draw_line(gc, x, y, properties, glyphs)
            artist.stale = False
            return
        lines: list[tuple[GraphicsContextBase, float, float]] = []
        renderer.lines = lines
        artist.draw(renderer)
        if len(lines) == 1 and len(self._places) < PLACES_KEPT:
            self._places[key] = lines[0]

    def _is_plain(self, string: str) -> bool:
        """Whether this is one line of glyphs, upright, with nothing around it."""
        artist: Any = self._artist
        return not (
            "\n" in string
            or "$" in string
            or artist.get_rotation()
            or not artist.get_visible()
            or artist.get_clip_on()
            or artist.get_usetex()
            or artist.get_wrap()
            or artist.get_bbox_patch() is not None
            or artist.get_path_effects()
        )

    def _is_where_it_was(self) -> bool:
        """Whether the artist is the same as in the last call, and at the same place."""
        artist: Any = self._artist
        same = self._state.is_unchanged()
        font = vars(artist.get_fontproperties())
        if font != self._font:
            self._font, same = dict(font), False
        x, y = artist.get_transform().transform(artist.get_unitless_position()).tolist()
        if (x, y) != self._at:
            self._at, same = (x, y), False
        return same
