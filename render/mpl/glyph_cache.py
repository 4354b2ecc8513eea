"""Layouts and bitmaps of text: most of a film's strings are numbers, whose digits return.

They return at the same few sub-pixel offsets, so few glyphs are laid out and rasterized anew.
"""

from fitreel.render.mpl.setup import is_bundled  # isort: skip  (before matplotlib)

import math
import re
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from matplotlib.backends import backend_agg
from matplotlib.font_manager import FontProperties
from numpy.typing import NDArray

BITMAPS_KEPT = 20_000
"""Glyph bitmaps kept in a renderer; about 500 bytes each at size 20."""
PLACES_KEPT = 1_000
"""Places at which a renderer has drawn a line of upright text."""
BEGINNINGS_KEPT = 500
"""Lines put together from pieces; of a film's numbers the next one begins as the last ones did."""
LAYOUTS_KEPT = 4_000
"""Strings, and pieces of strings, whose layout is kept in a renderer."""

NUMBERS_COMPOSABLE = {"DejaVuSans", "Roboto-Regular", "Roboto-Medium", "Roboto-Bold"}
# In these, digits and points melt with no neighbour into another shape, and how far apart
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


class _Line:
    """A line of text put together from pieces."""

    def __init__(self, glyphs: list[Glyph], width: float, top: float, descent: float) -> None:
        self.glyphs = glyphs
        self._top = top
        self._descent = descent
        self.metrics: Metrics = (width, top + descent, descent)

    def followed_by(self, distance: float, glyphs: list[Glyph], metrics: Metrics) -> "_Line":
        """The same with a piece more, its first glyph `distance` after our last."""
        start = self.glyphs[-1][2] + distance
        width, height, descent = metrics
        moved = [(font, index, start + x, y) for font, index, x, y in glyphs]
        top = max(self._top, height - descent)
        return _Line(self.glyphs + moved, start + width, top, max(self._descent, descent))


class GlyphCache:
    """The layouts and bitmaps of one renderer's strings, `height` pixels high at `dpi`."""

    def __init__(self, height: int, dpi: float, prepare_font: Callable[[FontProperties], Any]):
        self._height = height
        self._dpi = dpi
        self._prepare_font = prepare_font
        self._hinting = AGG.get_hinting_flag()
        self._bitmaps: dict[Hashable, tuple[NDArray[np.uint8], int, int]] = {}
        self._layouts: dict[Hashable, tuple[list[Glyph], Metrics]] = {}
        self._metrics: dict[Hashable, Metrics] = {}
        self._newest: dict[Hashable, tuple[list[Glyph], list[Stamp]]] = {}
        """The line that was drawn last at each place, in each style."""
        self._distances: dict[Hashable, float] = {}
        self._beginnings: dict[Hashable, _Line] = {}
        self._composable: dict[Hashable, bool] = {}

    def layout(self, string: str, properties: FontProperties) -> tuple[list[Glyph], Metrics]:
        """The glyphs of one line of plain text and its metrics."""
        style = hash(properties)  # what two equal FontProperties have in common
        line = self._line_of(style, string, properties)
        if line is None:
            return self._laid_out(style, string, properties)
        return line.glyphs, line.metrics

    def metrics(self, string: str, properties: FontProperties) -> Metrics:
        """The metrics of `layout`; what breaks lines measures much that is never drawn."""
        style = hash(properties)
        line = self._line_of(style, string, properties)
        return self._measured(style, string, properties) if line is None else line.metrics

    def _line_of(self, style: int, string: str, properties: FontProperties) -> "_Line | None":
        """A line put together piece by piece, each put to a beginning that may be known.

        None where it is laid out as a whole, or has to be: "ffi" is one glyph.
        """
        if (style, string) in self._metrics:
            return None
        pieces = [piece for piece in PIECES.split(string) if piece]
        if (
            len(pieces) < 2
            or not PLAIN.fullmatch(string)
            or not self._is_composable(style, properties)
        ):
            return None
        count = len(pieces)
        while count and (style, string) not in self._beginnings:
            count -= 1
            string = string[: len(string) - len(pieces[count])]
        line = self._beginnings[style, string] if count else None
        for number in range(count, len(pieces)):
            piece = pieces[number]
            glyphs, metrics = self._laid_out(style, piece, properties)
            if len(glyphs) != len(piece):
                return None
            if line is None:
                width, height, descent = metrics
                line = _Line(glyphs, width, height - descent, descent)
            else:
                neighbours = pieces[number - 1][-1] + piece[0]
                distance = self._distance(style, neighbours, properties)
                line = line.followed_by(distance, glyphs, metrics)
            string += piece
            _remember(self._beginnings, (style, string), line, BEGINNINGS_KEPT)
        return line

    def _laid_out(
        self, style: int, string: str, properties: FontProperties
    ) -> tuple[list[Glyph], Metrics]:
        """`layout`, with matplotlib's own layout engine for the string as a whole."""
        cached = self._layouts.get((style, string))
        if cached is not None:
            return cached
        glyphs = self._placed(string, properties)
        metrics = self._measured(style, string, properties)
        return _remember(self._layouts, (style, string), (glyphs, metrics), LAYOUTS_KEPT)

    def _measured(self, style: int, string: str, properties: FontProperties) -> Metrics:
        """The metrics of `_laid_out`."""
        cached = self._metrics.get((style, string))
        if cached is not None:
            return cached
        font = self._prepare_font(properties)
        font.set_text(string, 0.0, flags=self._hinting)
        width, height = font.get_width_height()
        metrics = (width / 64, height / 64, font.get_descent() / 64)
        return _remember(self._metrics, (style, string), metrics, LAYOUTS_KEPT)

    def _distance(self, style: int, pair: str, properties: FontProperties) -> float:
        """How far apart two characters begin that stand side by side."""
        cached = self._distances.get((style, pair))
        if cached is not None:
            return cached
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
        cached = self._composable.get(style)
        if cached is not None:
            return cached
        file = Path(str(self._prepare_font(properties).fname))
        holds = is_bundled(file) and file.stem in NUMBERS_COMPOSABLE
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
        stamps = []
        for font, size, index, slant, extend, dx, dy in glyphs:
            column = round(0x40 * (x + dx * cos - dy * sin))  # in 64ths of a pixel
            row = round(0x40 * (self._height - y + dx * sin + dy * cos))  # upwards
            style = (size, slant, extend, angle, antialiased)
            stamps.append(self._stamp(style, font, index, column, row))
        return stamps

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
            glyph = font._render_glyph(index, self._hinting, mode)
            coverage = np.array(glyph.buffer) * np.uint8(1 if antialiased else 0xFF)
            bitmap = (coverage, glyph.left, self._height - glyph.top + coverage.shape[0])
            _remember(self._bitmaps, key, bitmap, BITMAPS_KEPT)
        coverage, left, bottom = bitmap
        return coverage, left + (column >> 6), bottom - (row >> 6)
