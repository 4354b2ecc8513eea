"""The renderer of somebody's figure: matplotlib's, with glyphs and layouts of text remembered."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Callable
from typing import Any

from matplotlib import font_manager, rcParams
from matplotlib.backend_bases import GraphicsContextBase

from fitreel.render.mpl.cached_text_renderer import CachedTextRenderer
from fitreel.render.mpl.glyph_cache import Stamp

Call = tuple[Callable[..., None], tuple[Any, ...]]
"""What draws something, and with what."""


class SettingsSnapshot:
    """All of matplotlib's settings, and its list of fonts, to tell when they change."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._fonts: tuple[int, int] = (0, 0)

    def have_changed(self) -> bool:
        """Whether any is another than in the last call."""
        entries = font_manager.fontManager.ttflist
        fonts = (id(entries), len(entries))
        # As a dict: its own reading checks and warns, and takes a hundred times as long.
        if fonts == self._fonts and dict.__eq__(rcParams, self._values):
            return False
        self._fonts = fonts
        # A list may be changed where it is.
        self._values = {
            name: list(value) if isinstance(value, list) else value
            for name, value in dict.items(rcParams)
        }
        return True


class FigureRenderer(CachedTextRenderer):
    """An Agg renderer, `width` x `height` pixels, with what it has laid out of text.

    It serves as long as settings and fonts stay as they are.
    """

    def __init__(self, width: int, height: int, dpi: float) -> None:
        super().__init__(width, height, dpi)
        self.layouts: dict[tuple[Any, ...], Any] = {}
        """What `Text` gave for each text; see `text_layouts`."""
        self.calls: list[Call] | None = None
        """While it is a list, what text is drawn by goes there, to be done later."""

    def stamp(self, gc: GraphicsContextBase, stamps: list[Stamp]) -> None:
        """See `CachedTextRenderer.stamp`."""
        if self.calls is None:
            super().stamp(gc, stamps)
        else:
            self.calls.append((super().stamp, (gc, stamps)))

    def bars(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        angle: float,
        boxes: list[tuple[float, float, float, float]],
    ) -> None:
        """See `CachedTextRenderer.bars`."""
        if self.calls is None:
            super().bars(gc, x, y, angle, boxes)
        else:
            self.calls.append((super().bars, (gc, x, y, angle, boxes)))
