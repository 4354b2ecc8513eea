"""Text for matplotlib's Agg renderer out of a cache, byte for byte as it draws it itself.

Laying out, measuring and rasterizing a string anew costs a millisecond; most of a film's strings
are numbers, whose digits return at the same few sub-pixel offsets. The names of matplotlib's own
text machinery are private ones, so they are tried out once: where they are missing or
behave differently (matplotlib before 3.11 has others), text is drawn the public way.
"""

from fitreel.render.mpl.setup import BUNDLED_FONTS, in_force  # isort: skip  (before matplotlib)

import functools
import math
import re
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends import backend_agg
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text
from numpy.typing import NDArray

from fitreel.render.mpl.private_names import OF_FONT, OF_RENDERER

BITMAPS_KEPT = 20_000
"""Glyph bitmaps kept in a renderer; about 500 bytes each at size 20."""
PLACES_KEPT = 1_000
"""Places at which a renderer has drawn a line of upright text."""
BEGINNINGS_KEPT = 500
"""Lines put together from pieces; of a film's numbers the next one begins as the last ones did."""
LAYOUTS_KEPT = 4_000
"""Strings, and pieces of strings, whose layout is kept in a renderer."""

# In DejaVu Sans, digits and points melt with no neighbour into another shape, and how far apart
# two glyphs stand depends on these two alone. So a number's layout is put together from pairs.
# That is true of plain letters and signs, not of marks that sit on them or of other scripts.
PIECES = re.compile(r"([0-9.])")
PLAIN = re.compile(r"[ -~\u2212]+")

Glyph = tuple[Any, int, float, float]
"""Font, index in it, and position in pixels from the start of the baseline (y upwards)."""
Metrics = tuple[float, float, float]
"""Width, height and descent in pixels."""
Stamp = tuple[NDArray[np.uint8], int, int]
"""A glyph's coverage (rows, columns), and its left column and lower edge's row on the canvas."""

AGG: Any = backend_agg  # it carries no types

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


def _remember(cache: dict[Key, Value], key: Key, value: Value, limit: int) -> Value:
    """Puts `value` into `cache`, which forgets its oldest entry when it is full."""
    if len(cache) >= limit:
        del cache[next(iter(cache))]
    cache[key] = value
    return value


class _Composed:
    """A line of text put together from pieces."""

    def __init__(self, glyphs: list[Glyph], width: float, top: float, descent: float) -> None:
        self.glyphs = glyphs
        self._top = top
        self._descent = descent
        self.metrics: Metrics = (width, top + descent, descent)

    def followed_by(self, distance: float, glyphs: list[Glyph], metrics: Metrics) -> "_Composed":
        """The same with a piece more, its first glyph `distance` after our last."""
        start = self.glyphs[-1][2] + distance
        width, height, descent = metrics
        moved = [(font, index, start + x, y) for font, index, x, y in glyphs]
        top = max(self._top, height - descent)
        return _Composed(self.glyphs + moved, start + width, top, max(self._descent, descent))


class GlyphCache:
    """The layouts and bitmaps of one renderer's strings, `height` pixels high at `dpi`."""

    def __init__(self, height: int, dpi: float, prepare_font: Callable[[FontProperties], Any]):
        self._height = height
        self._dpi = dpi
        self._prepare_font = prepare_font
        self._hinting = AGG.get_hinting_flag()
        self._bitmaps: dict[Hashable, tuple[NDArray[np.uint8], int, int]] = {}
        self._layouts: dict[Hashable, tuple[list[Glyph], Metrics]] = {}
        self._newest: dict[Hashable, tuple[list[Glyph], list[Stamp]]] = {}
        """The line that was drawn last at each place, in each style."""
        self._distances: dict[Hashable, float] = {}
        self._beginnings: dict[Hashable, _Composed] = {}
        self._composable: dict[Hashable, bool] = {}

    def layout(self, string: str, properties: FontProperties) -> tuple[list[Glyph], Metrics]:
        """The glyphs of one line of plain text and its metrics."""
        style = hash(properties)  # what two equal FontProperties have in common
        whole = self._layouts.get((style, string))
        if whole is not None:
            return whole
        pieces = [piece for piece in PIECES.split(string) if piece]
        if (
            len(pieces) < 2
            or not PLAIN.fullmatch(string)
            or not self._is_composable(style, properties)
        ):
            return self._laid_out(style, string, properties)
        composed = self._composed(style, pieces, properties)
        if composed is None:
            return self._laid_out(style, string, properties)
        return composed.glyphs, composed.metrics

    def _composed(
        self, style: int, pieces: list[str], properties: FontProperties
    ) -> "_Composed | None":
        """A line put together piece by piece, each put to a beginning that may be known.

        None where it can't be: "ffi" is one glyph.
        """
        count, string = len(pieces), "".join(pieces)
        while count and (style, string) not in self._beginnings:
            count -= 1
            string = string[: len(string) - len(pieces[count])]
        composed = self._beginnings[style, string] if count else None
        for number in range(count, len(pieces)):
            piece = pieces[number]
            glyphs, metrics = self._laid_out(style, piece, properties)
            if len(glyphs) != len(piece):
                return None
            if composed is None:
                width, height, descent = metrics
                composed = _Composed(glyphs, width, height - descent, descent)
            else:
                neighbours = pieces[number - 1][-1] + piece[0]
                distance = self._distance(style, neighbours, properties)
                composed = composed.followed_by(distance, glyphs, metrics)
            string += piece
            _remember(self._beginnings, (style, string), composed, BEGINNINGS_KEPT)
        return composed

    def _laid_out(
        self, style: int, string: str, properties: FontProperties
    ) -> tuple[list[Glyph], Metrics]:
        """`layout`, with matplotlib's own layout engine for the string as a whole."""
        known = self._layouts.get((style, string))
        if known is not None:
            return known
        glyphs = self._placed(string, properties)
        font = self._prepare_font(properties)
        font.set_text(string, 0.0, flags=self._hinting)
        width, height = font.get_width_height()
        metrics = (width / 64, height / 64, font.get_descent() / 64)
        return _remember(self._layouts, (style, string), (glyphs, metrics), LAYOUTS_KEPT)

    def _distance(self, style: int, pair: str, properties: FontProperties) -> float:
        """How far apart two characters begin that stand side by side."""
        known = self._distances.get((style, pair))
        if known is not None:
            return known
        distance = self._placed(pair, properties)[1][2]
        return _remember(self._distances, (style, pair), distance, LAYOUTS_KEPT)

    def _placed(self, string: str, properties: FontProperties) -> list[Glyph]:
        """The glyphs that matplotlib's own layout engine takes."""
        return [
            (item.ft_object, item.glyph_index, item.x, item.y)
            for item in self._prepare_font(properties)._layout(string, flags=self._hinting)
        ]

    def _is_composable(self, style: int, properties: FontProperties) -> bool:
        """Whether the font is one that `PIECES` is known to hold for."""
        known = self._composable.get(style)
        if known is not None:
            return known
        file = Path(str(self._prepare_font(properties).fname))
        holds = file.parent == BUNDLED_FONTS and file.stem == "DejaVuSans"
        return _remember(self._composable, style, holds, LAYOUTS_KEPT)

    def stamps(
        self,
        x: float,
        y: float,
        angle: float,
        glyphs: list[tuple[Any, float, int, float, float, float, float]],
        antialiased: bool,
    ) -> list[Stamp]:
        """Where each glyph's bitmap goes, for a baseline that starts at `x`, `y` (downwards).

        `glyphs` are font, size, index, slant, extension, and position along and above the
        baseline in pixels, as matplotlib hands them to its renderer.
        """
        cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        placed = []
        for font, size, index, slant, extend, dx, dy in glyphs:
            column = round(0x40 * (x + dx * cos - dy * sin))  # in 64ths of a pixel
            row = round(0x40 * (self._height - y + dx * sin + dy * cos))  # upwards
            style = (size, slant, extend, angle, antialiased)
            placed.append(self._stamp(style, font, index, column, row))
        return placed

    def upright_stamps(
        self, x: float, y: float, size: float, glyphs: list[Glyph], antialiased: bool
    ) -> list[Stamp]:
        """The same for glyphs of one `size` in points that stand upright in a line.

        What begins as the last line at this place did has its stamps already.
        """
        style = (size, 0, 1, 0.0, antialiased)
        before, stamps = self._newest.get((x, y, style), ([], []))
        same = 0
        for glyph, glyph_before in zip(glyphs, before, strict=False):
            if glyph is not glyph_before:
                break
            same += 1
        up = self._height - y
        stamps = stamps[:same] + [
            self._stamp(style, font, index, round(0x40 * (x + dx)), round(0x40 * (up + dy)))
            for font, index, dx, dy in glyphs[same:]
        ]
        _remember(self._newest, (x, y, style), (glyphs, stamps), PLACES_KEPT)
        return stamps

    def _stamp(
        self, style: tuple[float, float, float, float, bool], font: Any, index: int, column: int,
        row: int,
    ) -> Stamp:  # fmt: skip
        """A glyph at `column` and `row` (upwards), in 64ths of a pixel."""
        key = (font, index, column & 0x3F, row & 0x3F, style)
        bitmap = self._bitmaps.get(key)
        if bitmap is None:
            size, slant, extend, angle, antialiased = style
            cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
            font.set_size(size, self._dpi)
            turn = np.array([[cos, -sin], [sin, cos]])
            shape = np.array([[extend, extend * slant], [0, 1]])
            matrix = (0x10000 * turn @ shape).round().astype(int)
            font._set_transform(matrix, [column & 0x3F, row & 0x3F])
            mode = AGG.RenderMode.NORMAL if antialiased else AGG.RenderMode.MONO
            rendered = font._render_glyph(index, self._hinting, mode)
            coverage = np.array(rendered.buffer) * np.uint8(1 if antialiased else 0xFF)
            bitmap = (coverage, rendered.left, self._height - rendered.top + coverage.shape[0])
            _remember(self._bitmaps, key, bitmap, BITMAPS_KEPT)
        coverage, left, bottom = bitmap
        return coverage, left + (column >> 6), bottom - (row >> 6)


class CachedTextRenderer(RendererAgg):
    """matplotlib's Agg renderer with its text from a cache: the same bytes, sooner.

    `width` and `height` are in pixels. With `cached_text` False, or with a matplotlib whose
    private names differ, it draws text as its base class does.
    """

    def __init__(self, width: int, height: int, dpi: float, cached_text: bool = True) -> None:
        base: Any = super()
        base.__init__(width, height, dpi)
        self.glyphs: GlyphCache | None = None
        self.lines: list[tuple[GraphicsContextBase, float, float]] = []
        """Where lines of upright text began since this was last set; see `draw_line`."""
        self._math_is_tried = False
        if cached_text and cached_text_is_exact():
            self.glyphs = GlyphCache(height, dpi, cast(Any, self)._prepare_font)

    def draws_from_cache(self, ismath: bool | Literal["TeX"]) -> bool:
        """Whether text comes from the cache; mathematics is tried out when it is first drawn.

        That takes 0.07 s, for matplotlib's parser, and most films have none.
        """
        if ismath and self.glyphs is not None and not self._math_is_tried:
            self._math_is_tried = True
            if not cached_math_is_exact():
                self.glyphs = None
        return self.glyphs is not None

    def stamp(self, gc: GraphicsContextBase, stamps: list[Stamp]) -> None:
        """Draws a line's glyphs."""
        draw = cast(Any, self)._renderer.draw_text_image
        for coverage, left, bottom in stamps:
            draw(coverage, left, bottom, 0, gc)

    def draw_text(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: bool | Literal["TeX"] = False,
        mtext: Text | None = None,
    ) -> None:
        """Draws one line of text; see `matplotlib.backend_bases.RendererBase.draw_text`."""
        cached = self.draws_from_cache(ismath)
        if not cached or self.glyphs is None or ismath or _has_own_shaping(mtext):
            base: Any = super()
            base.draw_text(gc, x, y, s, prop, angle, ismath=ismath, mtext=mtext)
            return
        if not angle:
            self.lines.append((gc, x, y))
        self.draw_line(gc, x, y, prop, self.glyphs.layout(s, prop)[0], angle)

    def draw_line(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        prop: FontProperties,
        placed: list[Glyph],
        angle: float = 0.0,
    ) -> None:
        """Draws glyphs that are laid out already, their baseline beginning at `x`, `y`."""
        size = prop.get_size_in_points()
        if self.glyphs is not None and not angle:
            antialiased = bool(gc.get_antialiased())
            stamps = self.glyphs.upright_stamps(x, y, size, placed, antialiased)
            self.stamp(gc, _side_by_side(stamps))
            return
        glyphs = [(font, size, index, 0, 1, dx, dy) for font, index, dx, dy in placed]
        self._draw_text_glyphs_and_boxes(gc, x, y, angle, glyphs, [])

    def _draw_text_glyphs_and_boxes(
        self, gc: Any, x: float, y: float, angle: float, glyphs: Any, boxes: Any
    ) -> None:
        """Where the base class brings plain text, mathematics and TeX in the end."""
        base: Any = super()
        if self.glyphs is None:
            base._draw_text_glyphs_and_boxes(gc, x, y, angle, glyphs, boxes)
            return
        antialiased = bool(gc.get_antialiased())
        self.stamp(gc, _side_by_side(self.glyphs.stamps(x, y, angle, list(glyphs), antialiased)))
        boxes = list(boxes)
        if boxes:
            self.bars(gc, x, y, angle, boxes)

    def bars(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        angle: float,
        boxes: list[tuple[float, float, float, float]],
    ) -> None:
        """Draws the bars of fractions and roots: left, lower edge, width and height in pixels."""
        base: Any = super()
        base._draw_text_glyphs_and_boxes(gc, x, y, angle, [], boxes)

    def get_text_width_height_descent(
        self,
        s: str,
        prop: FontProperties,
        ismath: bool | Literal["TeX"],
    ) -> Metrics:
        """The size in pixels of a line of text."""
        if self.glyphs is None or ismath:
            base: Any = super()
            return cast(Metrics, base.get_text_width_height_descent(s, prop, ismath))
        return self.glyphs.layout(s, prop)[1]


def _side_by_side(stamps: list[Stamp]) -> list[Stamp]:
    """The same pixels as one stamp, where no two glyphs share a column: one call, not twenty."""
    right = -math.inf
    for coverage, left, _ in stamps:
        if left < right:
            return stamps
        right = left + coverage.shape[1]
    if len(stamps) < 2:
        return stamps
    start = stamps[0][1]
    top = min(bottom - coverage.shape[0] for coverage, _, bottom in stamps)
    lowest = max(bottom for _, _, bottom in stamps)
    line = np.zeros((lowest - top, int(right) - start), np.uint8)
    for coverage, left, bottom in stamps:
        height, width = coverage.shape
        line[bottom - height - top : bottom - top, left - start : left - start + width] = coverage
    return [(line, start, lowest)]


def _has_own_shaping(text: Any) -> bool:
    """Whether a text artist asks for font features or a language of its own."""
    return text is not None and (
        text.get_fontfeatures() is not None or text.get_language() is not None
    )


@functools.cache
def cached_text_is_exact() -> bool:
    """Whether this matplotlib has the private names that the cache needs, and they do as known."""
    return _is_exact([("Loss=0.7301", 0.0, False), ("y→x̂", 30.0, False)])


@functools.cache
def cached_math_is_exact() -> bool:
    """The same for mathematics."""
    return _is_exact([(r"$x^3/\sqrt{2}$", 90.0, True)])


@in_force()
def _is_exact(probes: list[tuple[str, float, bool]]) -> bool:
    """Whether strings at angles in degrees, mathematics or not, are drawn alike both ways."""
    properties = FontProperties(size=20)
    plain = AGG.RendererAgg(160, 160, 100)
    cached: Any = CachedTextRenderer(160, 160, 100, cached_text=False)  # else it would ask us
    if not all(hasattr(plain, name) for name in OF_RENDERER) or not all(
        hasattr(FT2Font, name) for name in OF_FONT
    ):
        return False
    cached._math_is_tried = True
    try:
        cached.glyphs = GlyphCache(160, 100, cached._prepare_font)
        for row, (string, angle, is_math) in enumerate(probes):
            # Each twice, as the second time comes out of the cache.
            for x, y in [(20.3, 40.6 + 45 * row), (21.3, 39.6 + 45 * row)]:
                for renderer in (plain, cached):
                    renderer.draw_text(
                        renderer.new_gc(), x, y, string, properties, angle, ismath=is_math
                    )
            measures = [
                renderer.get_text_width_height_descent(string, properties, is_math)
                for renderer in (plain, cached)
            ]
            if measures[0] != measures[1]:
                return False
    except (AttributeError, TypeError, ValueError):
        return False
    return bytes(plain.buffer_rgba()) == bytes(cached.buffer_rgba())
