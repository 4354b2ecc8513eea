"""A film on one page: some of its snapshots side by side, for the handout."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import io
import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal, cast
from xml.sax.saxutils import escape

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from numpy.typing import NDArray

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.mpl.line_styles import mark_point
from fitreel.render.mpl.theme import Theme, load_theme
from fitreel.render.mpl.ticks import linear_ticks
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.shown_snapshots import has_losses, shown_snapshots
from fitreel.render.text.axis_labels import AxisLabels, axis_labels
from fitreel.render.text.fonts import Fonts, fonts_for
from fitreel.render.text.installed_fonts import own_name
from fitreel.render.text.mathtext import check_mathtext
from fitreel.render.text.scaled_loss import loss_label
from fitreel.render.text.translations import Translation, translation_of
from fitreel.render.timing.timeline import Timeline

Kind = Literal["pdf", "svg", "png"]

A4 = (8.27, 11.69)
"""Width and height in inches, upright."""
MOST_ACROSS, MOST_DOWN = 8, 12
DPI = 200
"""Of a PNG."""
TITLE, SUBTITLE, CAPTION, TICK = 15.0, 11.0, 9.0, 6.5
"""Font sizes in points, for three pictures in a row; more in a row have smaller ones."""
SMALLEST = 0.5
"""To which part of that a heading shrinks."""
MARGIN, GAP = 0.45, 0.12
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


@in_force()
def check_contact_sheet(settings: PictureSettings, across: int, down: int) -> None:
    """Refuse what can't be a page, before there is any run.

    Raises:
        BadInput: a grid, theme, title or caption that can't be drawn.
        Unavailable: no font has the signs.
    """
    check_grid(across, down)
    words = translation_of(settings.language, settings.words)
    texts = [words.text(key) for key in ("epoch", "loss", "scaled")]
    axis_labels(settings)
    theme, fonts = _theme_and_fonts(settings, texts)
    with rc_context(cast(Any, _style(theme, fonts))):
        _headed_page(settings, theme, fonts, A4 if across <= down else A4[::-1])


@in_force()
def contact_sheet(
    run: Record, settings: PictureSettings, timeline: Timeline, across: int, down: int, kind: Kind
) -> bytes:
    """Draw `across` x `down` snapshots of `run`, evenly spaced in `timeline`, first and last.

    The same run and settings give the same bytes. Where the film has fewer snapshots, there are
    fewer pictures.

    Raises:
        BadInput: as `check_contact_sheet`, or a damaged record.
        Unavailable: no font has the signs.
    """
    check_grid(across, down)
    frames = np.linspace(0, len(timeline) - 1, across * down).round().astype(int)
    indices = np.unique(timeline.indices[frames]).tolist()
    # A run of a few snapshots has as many pictures, and no empty places.
    across = min(across, len(indices))
    down = math.ceil(len(indices) / across)
    snapshots = list(shown_snapshots(run, indices))
    words = translation_of(settings.language, settings.words)
    label = loss_label(run, words) if has_losses(run) else ""
    between = "\n" if run.loss_is_scaled else "   "
    captions = [between.join(_caption(snapshot, label, words)) for snapshot in snapshots]
    labels = axis_labels(settings, [run.header])
    theme, fonts = _theme_and_fonts(settings, captions)
    page = A4 if across <= down else A4[::-1]
    with rc_context(cast(Any, _style(theme, fonts))):
        figure = _headed_page(settings, theme, fonts, page)
        cells = figure.subplots(down, across, squeeze=False, sharex=True, sharey=True).ravel()
        for number, axes in enumerate(cells):
            if number >= len(snapshots):
                axes.set_axis_off()
            elif number + across >= len(snapshots):  # nothing stands beneath
                axes.tick_params(labelbottom=True)
        scale = min(1.5, (page[0] / across) / (A4[0] / 3))
        truth = run.truth if settings.truth else None
        for axes, snapshot, caption in zip(cells, snapshots, captions, strict=False):
            _draw_snapshot(axes, run, snapshot, truth, theme, scale)
            axes.set_title(caption, fontsize=CAPTION * scale, parse_math=False)
        for number, axes in enumerate(cells[: len(snapshots)]):
            is_outer = number + across >= len(snapshots), number % across == 0
            _write_labels(axes, labels, is_outer, theme, 1.1 * TICK * scale)
        _set_limits(cells[0], run, words)
        _settle(figure, cells)
        content = io.BytesIO()
        figure.savefig(content, format=kind, metadata=_NO_DATE[kind])
    return _without_places(content.getvalue(), fonts) if kind == "svg" else content.getvalue()


def _headings(settings: PictureSettings) -> dict[str, str]:
    texts = {"title": settings.title, "subtitle": settings.subtitle, "caption": settings.caption}
    return {key: text for key, text in texts.items() if text}


def _theme_and_fonts(settings: PictureSettings, captions: Sequence[str]) -> tuple[Theme, Fonts]:
    headings = _headings(settings)
    for key, text in headings.items():
        check_mathtext(text, f"film.{key}")
    fonts = fonts_for(
        [*headings.values(), *captions, "0123456789.,−·⁰¹²³⁴⁵⁶⁷⁸⁹⁻"],
        settings.font,
        settings.language,
        ("normal", "bold"),
    )
    return load_theme(settings.theme), fonts


def _headed_page(
    settings: PictureSettings, theme: Theme, fonts: Fonts, page: tuple[float, float]
) -> Figure:
    """A page with its headings, and what they leave for the layout of the pictures."""
    figure = Figure(page, dpi=DPI, layout="constrained", facecolor=theme.background)
    FigureCanvasAgg(figure)
    low_edge, high_edge = _write_headings(figure, _headings(settings), theme, fonts)
    side, height = MARGIN / page[0], high_edge - low_edge
    cast(Any, figure.get_layout_engine()).set(rect=(side, low_edge, 1 - 2 * side, height))
    return figure


def _style(theme: Theme, fonts: Fonts) -> dict[str, Any]:
    """What matplotlib is told of the page's look."""
    return _PLAIN | {
        "font.family": list(fonts.families),
        "text.color": theme.text,
        "axes.edgecolor": theme.spines,
        "xtick.color": theme.ticks,
        "ytick.color": theme.ticks,
    }


def _draw_snapshot(
    axes: Axes,
    run: Record,
    snapshot: Snapshot,
    truth: NDArray[np.float32] | None,
    theme: Theme,
    scale: float,
) -> None:
    order = np.argsort(run.prediction_x, kind="stable")
    x = run.prediction_x[order]
    axes.set_facecolor(theme.axes)
    axes.scatter(run.x, run.y, s=6 * scale, color=theme.points, lw=0)
    if truth is not None:
        axes.plot(x, truth[order], "--", color=theme.truth, lw=1)
    prediction = np.ravel(snapshot.prediction)[order]
    (line,) = axes.plot(x, prediction, color=theme.prediction, lw=2 * scale)
    mark_point(line)
    axes.tick_params(labelsize=TICK * scale)


def _write_labels(
    axes: Axes, labels: AxisLabels, is_outer: tuple[bool, bool], theme: Theme, type_: float
) -> None:
    """Write the labels of the axes that nothing stands beneath, or left of."""
    for label, outer, axis in zip(labels, is_outer, (axes.xaxis, axes.yaxis), strict=True):
        if label and outer:
            families = list(fonts_for([label]).families_of(label))
            axis.set_label_text(label, fontsize=type_, color=theme.muted, fontfamily=families)


def _set_limits(axes: Axes, run: Record, words: Translation) -> None:
    """Limits and ticks, which all axes share."""
    low, high = float(np.min(run.y)), float(np.max(run.y))
    room = 0.08 * (high - low) or max(1.0, 0.05 * abs(low))
    # A wild first guess must not flatten all that comes after it.
    axes.set_ylim(low - room, high + room)
    for set_ticks, limits in (
        (axes.set_xticks, axes.get_xlim()),
        (axes.set_yticks, axes.get_ylim()),
    ):
        places, numbers = linear_ticks(limits[0], limits[1], 5)
        set_ticks(places, [words.respelled(number.replace("\u2212", "-")) for number in numbers])


def _settle(figure: Figure, cells: Iterable[Axes]) -> None:
    """Lay the page out for good, to a millionth of it.

    What the solver finds depends in its last bits on where in memory its variables happen to lie,
    and so from one time to the next.
    """
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes in cells:
        left, low, width, height = (round(part, 6) for part in axes.get_position().bounds)
        axes.set_position((left, low, width, height))


def _write_headings(
    figure: Figure, texts: dict[str, str], theme: Theme, fonts: Fonts
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
                0.5, 0.5, line, fontsize=type_, ha="center", va="baseline",
                color=theme.text if key == "title" else theme.muted,
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
            edges[side] = at - GAP / 2
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


def _caption(snapshot: Snapshot, label: str, words: Translation) -> list[str]:
    """The epoch, and the loss where there is one."""
    epoch = words.text("epoch_value", epoch=snapshot.epoch)
    if not label:
        return [epoch]
    loss = words.text("loss_value", label=label, loss=words.number(snapshot.loss))
    return [epoch, loss]
