"""matplotlib's Agg renderer with its text out of the glyph cache, byte for byte the same.

The names that it overrides are private ones, so they are tried out once: where they are missing or
behave differently (matplotlib before 3.11 has others), text is drawn the public way.
"""

from fitreel.render.mpl.setup import in_force, without_hinting  # isort: skip  (before matplotlib)

import contextlib
import functools
import math
from typing import Any, Literal, cast

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

from fitreel.render.mpl.glyph_cache import AGG, Glyph, GlyphCache, Metrics, Stamp
from fitreel.render.mpl.private_names import OF_FONT, OF_RENDERER


class CachedTextRenderer(RendererAgg):
    """matplotlib's Agg renderer with its text from a cache: the same bytes, sooner.

    `width` and `height` are in pixels. With `cached_text` False, or with a matplotlib whose
    private names differ, it draws text as its base class does. `hinted`: as matplotlib has it.
    """

    def __init__(
        self, width: int, height: int, dpi: float, cached_text: bool = True, hinted: bool = True
    ) -> None:
        base: Any = super()
        base.__init__(width, height, dpi)
        self.glyphs: GlyphCache | None = None
        self.lines: list[tuple[GraphicsContextBase, float, float]] = []
        """Where lines of upright text began since this was last set; see `draw_line`."""
        self._math_is_tried = False
        self._hinting = contextlib.nullcontext if hinted else without_hinting
        if cached_text and cached_text_is_exact():
            with self._hinting():
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
            with self._hinting():
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
            with self._hinting():
                return cast(Metrics, base.get_text_width_height_descent(s, prop, ismath))
        return self.glyphs.metrics(s, prop)


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
