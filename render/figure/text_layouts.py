"""Texts laid out once: most of what matplotlib does to draw a line of text is to find its place."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

from matplotlib.artist import Artist
from matplotlib.text import Annotation, Text

from fitreel.render.figure.figure_renderer import FigureRenderer
from fitreel.render.figure.private_names import BESIDE_LAYOUT, OF_LAYOUT

LAYOUTS_KEPT = 2000
"""Layouts kept in a renderer, about 1 kB each; then all are forgotten."""
TEXTS = (Text, Annotation)
"""Exact types: whoever derives another may have it laid out otherwise."""


@contextlib.contextmanager
def remembered_layouts() -> Iterator[None]:
    """A block in which texts drawn by a `FigureRenderer` are laid out from its memory.

    Others, and texts of a matplotlib whose private names differ, are laid out as ever.
    """
    if not layouts_are_known():
        yield
        return
    plain = vars(Text)["_get_layout"]
    setattr(Text, "_get_layout", _with_memory(plain))  # noqa: B010  (unknown to its types)
    try:
        yield
    finally:
        setattr(Text, "_get_layout", plain)  # noqa: B010


def _with_memory(plain: Callable[[Text, Any], Any]) -> Callable[[Text, Any], Any]:
    def layout(self: Any, renderer: Any) -> Any:
        if type(renderer) is not FigureRenderer or type(self) not in TEXTS:
            return plain(self, renderer)
        key = _key(self, self._text)
        return plain(self, renderer) if key is None else _remembered(self, key, renderer, plain)

    return layout


def layout_of(text: Any, string: str, renderer: FigureRenderer) -> Any:
    """What `Text._get_layout` gives of a text, had it this `string`; nothing else of it is odd."""
    key = _key(text, string) or ()
    known = renderer.layouts.get(key)
    if known is not None:
        return known
    before = text._text
    text._text = string
    try:
        return _remembered(text, key, renderer, type(text)._get_layout)
    finally:
        text._text = before


def _remembered(text: Any, key: Any, renderer: FigureRenderer, plain: Callable[..., Any]) -> Any:
    layouts = renderer.layouts
    known = layouts.get(key)
    if known is None:
        if len(layouts) >= LAYOUTS_KEPT:
            layouts.clear()
        known = layouts[key] = _by_size(text, key, renderer, plain)
    return known


def _by_size(text: Any, key: Any, renderer: FigureRenderer, plain: Callable[..., Any]) -> Any:
    """The layout of a text; of one line, that of another line of this size serves."""
    string, *style = key
    clean, is_math = text._preprocess_math(string)
    if "\n" in string or not clean or is_math == "TeX":
        return plain(text, renderer)
    size = renderer.get_text_width_height_descent(clean, text.get_fontproperties(), is_math)
    layouts = renderer.layouts
    known = layouts.get((size, *style))
    if known is None:
        known = layouts[size, *style] = plain(text, renderer)
    box, ((_, extent, place),), corner = known
    return box, [(string, extent, place)], corner


def _key(text: Any, string: str) -> tuple[Any, ...] | None:
    """All that a text's layout depends on but settings; None where it depends on more."""
    if text._wrap or text._features is not None or text._language is not None:
        return None
    return (
        string,
        hash(text._fontproperties),
        text.get_rotation(),
        text._rotation_mode,
        text._horizontalalignment,
        text._verticalalignment,
        text._multialignment,
        text._linespacing,
        text._usetex,
        text._parse_math,
        text.get_figure(root=True).dpi,
    )


@functools.cache
def layouts_are_known() -> bool:
    """Whether a text holds what is known, and nothing else that might decide where it goes."""
    own = vars(Text()).keys() - vars(Artist()).keys()
    return own == {*OF_LAYOUT, *BESIDE_LAYOUT} and "_get_layout" in vars(Text)
