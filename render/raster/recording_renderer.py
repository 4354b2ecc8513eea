"""A renderer that knows which pixels it touched, and that can record instead of drawing."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Transform

from fitreel.render.geometry import NOTHING, Rectangle, intersection, union
from fitreel.render.mpl.cached_text_renderer import CachedTextRenderer
from fitreel.render.mpl.glyph_cache import Stamp

Command = tuple[Callable[..., None], tuple[Any, ...], dict[str, Any]]
"""A call that draws something, with frozen arguments."""

MITER_REACH = 5.0
"""How far, in line widths, a sharp corner may stick out; Agg cuts it off at less than that."""


class RecordingRenderer(CachedTextRenderer):
    """An Agg renderer, `width` x `height` pixels, that notes what it touches and can record.

    `damage` is a rectangle around all pixels that may have been drawn on since it was last set to
    `NOTHING`. While `display_list` is a list, drawing commands go there, with all they need to be
    carried out later, and no pixel changes.
    """

    def __init__(
        self, width: int, height: int, dpi: float, cached_text: bool = True, hinted: bool = True
    ) -> None:
        super().__init__(width, height, dpi, cached_text, hinted)
        self.canvas: Rectangle = (0, 0, int(width), int(height))
        self.damage = NOTHING
        self.display_list: list[Command] | None = None
        self._watch()

    def _watch(self) -> None:
        """Puts our own methods before those that the base class keeps in each renderer."""
        base: Any = self
        for name in (
            "draw_markers",
            "draw_path_collection",
            "draw_quad_mesh",
            "draw_gouraud_triangles",
            "draw_image",
        ):
            setattr(self, name, self._with_watch(name, getattr(base, name)))

    def _with_watch(self, name: str, draw: Callable[..., None]) -> Callable[..., None]:
        """`draw`, watched: it touches what its clip rectangle lets it, or its markers' reach."""

        def draw_watched(gc: GraphicsContextBase, *args: Any, **kwargs: Any) -> None:
            damage = self._clip(gc)
            if name == "draw_markers":
                damage = self._around_markers(gc, damage, *args)
            self._emit(damage, draw, gc, *args, **kwargs)

        return draw_watched

    def _emit(
        self,
        damage: Rectangle,
        draw: Callable[..., None],
        gc: GraphicsContextBase,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Draws now, or records a call that will draw the same whenever it is made."""
        self.damage = union(self.damage, damage)
        if self.display_list is None:
            draw(gc, *args, **kwargs)
            return
        context = self.new_gc()
        context.copy_properties(gc)
        frozen = tuple(arg.frozen() if isinstance(arg, Transform) else arg for arg in args)
        self.display_list.append((draw, (context, *frozen), kwargs))

    def _clip(self, gc: GraphicsContextBase) -> Rectangle:
        """The pixels that a context's clip rectangle lets through."""
        box = gc.get_clip_rectangle()
        return self.canvas if box is None else self.pixels_of(*box.extents)

    def pixels_of(self, x0: float, y0: float, x1: float, y1: float) -> Rectangle:
        """The pixels of a box in display coordinates (y upwards), with one to spare around."""
        if not math.isfinite(x0 + y0 + x1 + y1):
            return self.canvas
        left, right = math.floor(min(x0, x1)) - 1, math.ceil(max(x0, x1)) + 1
        low, high = math.floor(min(y0, y1)) - 1, math.ceil(max(y0, y1)) + 1
        height = self.canvas[3]
        return intersection((left, height - high, right, height - low), self.canvas)

    def _around(self, clip: Rectangle, vertices: Any, transform: Any, reach: float) -> Rectangle:
        """The pixels up to `reach` away from a path's vertices; for an odd path, its clip."""
        if not len(vertices) or clip == NOTHING:
            return NOTHING
        with np.errstate(all="ignore"):
            x, y = transform.transform(vertices).T  # one by one: along an axis takes twice as long
            x0, y0, x1, y1 = float(x.min()), float(y.min()), float(x.max()), float(y.max())
        if not math.isfinite(x0 + y0 + x1 + y1):
            return clip
        box = self.pixels_of(x0 - reach, y0 - reach, x1 + reach, y1 + reach)
        return intersection(box, clip)

    def _reach(self, gc: GraphicsContextBase, points: int) -> float:
        """How far beside its path a stroke may colour, snapping and rounding included."""
        base: Any = self
        width: float = base.points_to_pixels(gc.get_linewidth())
        if gc.get_joinstyle() != "round" and points > 2:
            return 3.0 + width * MITER_REACH
        # An end that projects is half a square.
        return 3.0 + width * (math.sqrt(0.5) if gc.get_capstyle() == "projecting" else 0.5)

    def _around_markers(
        self,
        gc: GraphicsContextBase,
        clip: Rectangle,
        marker_path: Path,
        marker_transform: Any,
        path: Path,
        transform: Any,
        rgbFace: Any = None,
    ) -> Rectangle:
        corners = np.asarray(marker_path.vertices)
        reach = self._reach(gc, len(corners))
        if len(corners):
            reach += float(np.abs(marker_transform.transform(corners)).max())
        return self._around(clip, path.vertices, transform, reach)

    def draw_path(
        self, gc: GraphicsContextBase, path: Path, transform: Any, rgbFace: Any = None
    ) -> None:
        """See `matplotlib.backend_bases.RendererBase.draw_path`."""
        clip = self._clip(gc)
        if gc.get_sketch_params() is None:
            clip = self._around(
                clip, path.vertices, transform, self._reach(gc, len(np.asarray(path.vertices)))
            )
        self._emit(clip, super().draw_path, gc, path, transform, rgbFace)

    def stamp(self, gc: GraphicsContextBase, stamps: list[Stamp]) -> None:
        """See `CachedTextRenderer.stamp`."""
        if stamps:
            left = min(left for _, left, _ in stamps)
            right = max(left + coverage.shape[1] for coverage, left, _ in stamps)
            top = min(bottom - coverage.shape[0] for coverage, _, bottom in stamps)
            bottom = max(bottom for _, _, bottom in stamps)
            place = intersection((left, top, right, bottom), self.canvas)
            self._emit(place, super().stamp, gc, stamps)

    def bars(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        angle: float,
        boxes: list[tuple[float, float, float, float]],
    ) -> None:
        """See `CachedTextRenderer.bars`."""
        reach = 3.0 + max(abs(dx) + abs(dy) + w + h for dx, dy, w, h in boxes)
        up = self.canvas[3] - y
        damage = self.pixels_of(x - reach, up - reach, x + reach, up + reach)
        self._emit(damage, super().bars, gc, x, y, angle, boxes)

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
        """See `matplotlib.backend_bases.RendererBase.draw_text`."""
        if self.draws_from_cache(ismath):
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        # The base class's way gives no bitmaps to measure, so take a generous box.
        width, height, _ = self.get_text_width_height_descent(s, prop, ismath)
        base: Any = self
        reach = 2.0 * base.points_to_pixels(prop.get_size_in_points()) + height
        cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        ends_x, ends_y = (x, x + width * cos), (y, y - width * sin)
        up = self.canvas[3]
        damage = self.pixels_of(
            min(ends_x) - reach,
            up - max(ends_y) - reach,
            max(ends_x) + reach,
            up - min(ends_y) + reach,
        )
        self._emit(damage, super().draw_text, gc, x, y, s, prop.copy(), angle, ismath, mtext)

    def draw_tex(self, gc: GraphicsContextBase, *args: Any, **kwargs: Any) -> None:
        """See `matplotlib.backend_bases.RendererBase.draw_tex`."""
        base: Any = super()
        self._emit(self.canvas, base.draw_tex, gc, *args, **kwargs)
