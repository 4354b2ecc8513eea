"""A film on one page: some of its snapshots side by side, for the handout."""

import fitreel.render.defaults  # isort: skip  # noqa: F401  (before matplotlib)

import io
from typing import Any, Literal, cast

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from fitreel.model.errors import BadInput
from fitreel.model.record import Run
from fitreel.model.snapshot import Snapshot
from fitreel.render.fonts import fonts_for
from fitreel.render.mathematics import check_mathtext
from fitreel.render.settings import FilmSettings
from fitreel.render.theme import load_theme
from fitreel.render.timeline import Timeline
from fitreel.render.words import words_of

Kind = Literal["pdf", "svg", "png"]

A4 = (8.27, 11.69)
"""Width and height in inches, upright."""
MOST_ACROSS, MOST_DOWN = 8, 12
DPI = 200
"""Of a PNG."""
TITLE, CAPTION, TICK = 15.0, 9.0, 6.5
"""Font sizes in points, for three pictures in a row; more in a row have smaller ones."""

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


def storyboard(
    run: Run, settings: FilmSettings, line: Timeline, across: int, down: int, kind: Kind
) -> bytes:
    """Draw `across` x `down` snapshots of `run`, evenly spaced in the film `line`, first and last.

    The same run and settings give the same bytes. Where the film has fewer snapshots, there are
    fewer pictures.

    Raises:
        BadInput: a grid, title or caption that can't be drawn, or a damaged record.
        Unavailable: no font has the signs.
    """
    check_grid(across, down)
    picked = np.linspace(0, len(line) - 1, across * down).round().astype(int)
    shown = np.unique(line.shown[picked]).tolist()
    theme = load_theme(settings.theme)
    words = words_of(settings.language, settings.words)
    texts = {"title": settings.title, "subtitle": settings.subtitle, "caption": settings.caption}
    for key, text in texts.items():
        if text:
            check_mathtext(text, f"film.{key}")
    snapshots = list(run.snapshots(shown))
    captions = [_caption(snapshot, words) for snapshot in snapshots]
    given = [text for text in texts.values() if text]
    fonts = fonts_for([*given, *captions, "0123456789.−"], settings.font, settings.language)
    style = _PLAIN | {
        "font.family": list(fonts.families),
        "text.color": theme.text,
        "axes.edgecolor": theme.spines,
        "xtick.color": theme.ticks,
        "ytick.color": theme.ticks,
    }
    page = A4 if across <= down else A4[::-1]
    scale = min(1.5, (page[0] / across) / (A4[0] / 3))
    with rc_context(cast(Any, style)):
        figure = Figure(page, dpi=DPI, layout="constrained", facecolor=theme.background)
        FigureCanvasAgg(figure)
        panels = figure.subplots(down, across, squeeze=False, sharex=True, sharey=True).ravel()
        for axes in panels[len(snapshots) :]:
            axes.set_axis_off()
        order = np.argsort(run.prediction_x, kind="stable")
        for axes, snapshot, caption in zip(panels, snapshots, captions, strict=False):
            axes.set_facecolor(theme.axes)
            axes.scatter(run.x, run.y, s=6 * scale, color=theme.points, lw=0)
            if settings.truth and run.truth is not None:
                axes.plot(run.prediction_x[order], run.truth[order], "--", color=theme.truth, lw=1)
            prediction = np.ravel(snapshot.prediction)[order]
            axes.plot(run.prediction_x[order], prediction, color=theme.prediction, lw=2 * scale)
            axes.set_title(caption, fontsize=CAPTION * scale, parse_math=False)
            axes.tick_params(labelsize=TICK * scale)
            axes.locator_params(nbins=5)
        low, high = float(np.min(run.y)), float(np.max(run.y))
        room = 0.08 * (high - low) or 1.0
        # A wild first guess must not flatten all that comes after it.
        panels[0].set_ylim(low - room, high + room)
        heading = "\n".join(text for text in (texts["title"], texts["subtitle"]) if text)
        if heading:
            figure.suptitle(heading, fontsize=TITLE)
        if texts["caption"]:
            figure.supxlabel(texts["caption"], fontsize=CAPTION)
        content = io.BytesIO()
        figure.savefig(content, format=kind, metadata=_NO_DATE[kind])
    return content.getvalue()


def _caption(snapshot: Snapshot, words: Any) -> str:
    epoch = words.text("epoch_value", epoch=snapshot.epoch)
    loss = words.text("loss_value", loss=words.number(snapshot.loss))
    return f"{epoch}   {loss}"
