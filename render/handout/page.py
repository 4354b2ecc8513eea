"""A page for the handout: its headings, and what they leave of it."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import io
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from xml.sax.saxutils import escape

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from fitreel.model.errors import BadInput
from fitreel.render.mpl.theme import Theme, load_theme
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.text.fonts import OWN, Fonts, fonts_for
from fitreel.render.text.installed_fonts import own_name
from fitreel.render.text.mathtext import check_mathtext

Kind = Literal["pdf", "svg", "png"]

A4 = (8.27, 11.69)
"""Width and height in inches, upright."""
MOST_ACROSS, MOST_DOWN = 8, 12
DPI = 200
"""Of a PNG."""
TITLE, SUBTITLE, CAPTION = 17.0, 11.0, 9.0
"""Font sizes in points."""
SMALLEST = 0.5
"""To which part of that a heading shrinks."""
MARGIN, GAP = 0.45, 0.15
"""In inches: what printers leave free, and between the pictures and a heading."""

_PLAIN: dict[str, Any] = {
    # Text stays text: it can be searched and copied, and is sharp at any size.
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
    "svg.hashsalt": "fitreel",
}
_NO_DATE: dict[str, dict[str, Any]] = {
    "pdf": {"CreationDate": None, "Creator": "fitreel", "Producer": None},
    "svg": {"Date": None, "Creator": "fitreel"},
    "png": {"Software": "fitreel"},
}


def check_grid(across: int, down: int) -> None:
    """Refuse a page that nobody can read.

    Raises:
        BadInput: no picture, or too many.
    """
    if not (1 <= across <= MOST_ACROSS and 1 <= down <= MOST_DOWN):
        raise BadInput(
            f"--sheet {across}x{down}: from 1x1 to {MOST_ACROSS}x{MOST_DOWN}, columns x rows"
        )


def page_size(across: int, down: int) -> tuple[float, float]:
    """A4 in inches, upright where there are at least as many rows as columns."""
    return A4 if across <= down else A4[::-1]


def theme_and_fonts(settings: PictureSettings, texts: Sequence[str]) -> tuple[Theme, Fonts]:
    """The theme of a page, and fonts for its headings and `texts`.

    Raises:
        BadInput: a theme, title or caption that can't be drawn.
        Unavailable: no font has the signs.
    """
    headings = _headings(settings)
    for key, text in headings.items():
        check_mathtext(text, f"film.{key}")
    fonts = fonts_for(
        [*headings.values(), *texts, "0123456789.,−·⁰¹²³⁴⁵⁶⁷⁸⁹⁻"],
        settings.font,
        settings.language,
        ("normal", "bold"),
        own=(OWN,) if settings.theme == "demo" else (),
    )
    return load_theme(settings.theme), fonts


def page_style(theme: Theme, fonts: Fonts) -> dict[str, Any]:
    """What matplotlib is told of a page's look."""
    return _PLAIN | {
        "font.family": list(fonts.families),
        "text.color": theme.text,
        "axes.edgecolor": theme.spines,
        "xtick.color": theme.ticks,
        "ytick.color": theme.ticks,
    }


def plain_page(theme: Theme, size: tuple[float, float]) -> Figure:
    """A page of a size in inches, with nothing on it."""
    figure = Figure(size, dpi=DPI, facecolor=theme.background)
    FigureCanvasAgg(figure)
    return figure


def headed_page(
    settings: PictureSettings, theme: Theme, fonts: Fonts, size: tuple[float, float]
) -> tuple[Figure, tuple[float, float]]:
    """A page with its headings, and between which heights, in parts of it, there is room."""
    figure = plain_page(theme, size)
    return figure, write_headings(figure, _headings(settings), theme, fonts)


def page_content(figure: Figure, kind: Kind, fonts: Fonts) -> bytes:
    """The page as a file; the same page gives the same bytes."""
    content = io.BytesIO()
    figure.savefig(content, format=kind, metadata=_NO_DATE[kind])
    return _without_places(content.getvalue(), fonts) if kind == "svg" else content.getvalue()


def _headings(settings: PictureSettings) -> dict[str, str]:
    texts = {"title": settings.title, "subtitle": settings.subtitle, "caption": settings.caption}
    return {key: text for key, text in texts.items() if text}


def write_headings(
    figure: Figure, texts: Mapping[str, str], theme: Theme, fonts: Fonts
) -> tuple[float, float]:
    """Title and subtitle at the head, the caption at the foot, shrunk to the page's width.

    Returns:
        The lower and the upper end of what they leave, in parts of the page.

    Raises:
        BadInput: one would be too small to be read.
    """
    width, height = figure.get_size_inches()
    edges = {"foot": MARGIN, "head": height - MARGIN}
    for key, type_ in (("title", TITLE), ("subtitle", SUBTITLE), ("caption", CAPTION)):
        lines = texts.get(key, "").split("\n")
        if not any(lines):
            continue
        artists = [
            figure.text(
                MARGIN / width, 0.5, line, fontsize=type_, ha="left", va="baseline",
                color=theme.muted if key == "subtitle" else theme.text,
                fontweight=theme.title_weight if key == "title" else "normal",
                fontfamily=list(fonts.families_of(line)), in_layout=False,
            )
            for line in lines
        ]  # fmt: skip
        widest = max(_extent(artist)[0] for artist in artists)
        smaller = type_ * min(1.0, (width - 2 * MARGIN) / widest)
        if smaller < SMALLEST * type_:
            raise BadInput(f"film.{key}: too long for a page: {texts[key]!r:.60}")
        at, side = edges["head"], "head"
        if key == "caption":
            at, side = edges["foot"] + sum(_line(artist, smaller) for artist in artists), "foot"
            edges[side] = at + GAP
        for artist in artists:
            artist.set_fontsize(smaller)
            at -= _line(artist, smaller)
            artist.set_y((at + 0.3 * smaller / 72) / height)
        if side == "head":
            edges[side] = at - GAP
    if edges["head"] - edges["foot"] < height / 2:
        raise BadInput("film.title, film.subtitle, film.caption: leave too little of a page")
    return edges["foot"] / height, edges["head"] / height


def _extent(artist: Text) -> tuple[float, float]:
    """Width and height in inches."""
    box = artist.get_window_extent()
    return max(box.width, 1) / DPI, box.height / DPI


def _line(artist: Text, type_: float) -> float:
    """The height in inches that a line needs at a font size."""
    return max(1.3 * type_ / 72, 1.1 * _extent(artist)[1])


def _without_places(svg: bytes, fonts: Fonts) -> bytes:
    """The families of font files by the names that they have elsewhere, too."""
    for family in fonts.families:
        old, new = (escape(name, {'"': "&quot;"}).encode() for name in (family, own_name(family)))
        svg = svg.replace(old, new)
    return svg
