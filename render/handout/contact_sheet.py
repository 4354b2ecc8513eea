"""A film on one page: some of its snapshots side by side, for the handout."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.handout.page import (
    A4,
    MARGIN,
    Kind,
    check_grid,
    headed_page,
    page_content,
    page_size,
    page_style,
    theme_and_fonts,
)
from fitreel.render.handout.sheet_snapshots import full_grid, sheet_snapshots
from fitreel.render.handout.snapshot_captions import snapshot_captions
from fitreel.render.mpl.line_styles import mark_point
from fitreel.render.mpl.theme import Theme
from fitreel.render.mpl.ticks import linear_ticks
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.plots.fit_axes import fit_limits
from fitreel.render.shown_snapshots import shown_snapshots
from fitreel.render.single.demo.exit_marks import ExitMarks
from fitreel.render.text.axis_labels import AxisLabels, axis_labels
from fitreel.render.text.fonts import fonts_for
from fitreel.render.text.translations import Translation, translation_of
from fitreel.render.timing.timeline import Timeline

CAPTION, TICK = 10.0, 7.0
"""Font sizes in points, for three pictures in a row; more in a row have smaller ones."""
NETWORK, TRUTH, GAP, AXIS, GRID = 2.2, 1.0, 0.6, 0.6, 0.4
"""Widths of lines in points, likewise."""
DOT = 3.0
"""Diameter of a point."""
MOST_GAPS = 200
"""More points than these have no sticks to the network."""
MARK = 5.0
"""Size of the triangle where the line is out of sight."""
APART = 0.06
"""Between pictures, in parts of their sizes."""
CAPTION_PAD = 5.0
"""From the axes to what stands over them, in points."""


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
    theme, fonts = theme_and_fonts(settings, texts)
    with rc_context(cast(Any, page_style(theme, fonts))):
        headed_page(settings, theme, fonts, page_size(across, down))


@in_force()
def contact_sheet(
    run: Record, settings: PictureSettings, timeline: Timeline, across: int, down: int, kind: Kind
) -> bytes:
    """Draw `across` x `down` snapshots of `run`, evenly spaced on its film's path.

    The first and the last are among them, none comes twice. The same run and settings give the
    same bytes. Where there are fewer snapshots, there are fewer cells, and all are filled.

    Raises:
        BadInput: as `check_contact_sheet`, or a damaged record.
        Unavailable: no font has the signs.
    """
    check_grid(across, down)
    across, down = full_grid(len(run), across, down)
    snapshots = list(shown_snapshots(run, sheet_snapshots(run, timeline.axis, across * down)))
    captions = snapshot_captions(run, settings, snapshots)
    theme, fonts = theme_and_fonts(settings, [text for pair in captions for text in pair])
    size = page_size(across, down)
    with rc_context(cast(Any, page_style(theme, fonts))):
        figure, (low, high) = headed_page(settings, theme, fonts, size)
        side = MARGIN / size[0]
        figure.set_layout_engine(
            "constrained", rect=(side, low, 1 - 2 * side, high - low), wspace=APART, hspace=APART
        )
        grid = figure.subplots(down, across, squeeze=False, sharex=True, sharey=True)
        look = _CellLook(theme, min(1.5, (size[0] / across) / (A4[0] / 3)), settings)
        marks, titles = [], []
        for axes, snapshot, caption in zip(grid.ravel(), snapshots, captions, strict=True):
            _draw_snapshot(axes, run, snapshot, look)
            titles.append((axes, _write_caption(axes, caption, look)))
            marks.append((axes, snapshot))
        _write_labels(grid, axis_labels(settings, [run.header]), look)
        _set_limits(grid[0, 0], run, settings)
        _settle(figure)
        _fit_captions(titles)
        for axes, snapshot in marks:
            _mark_exits(axes, run, snapshot, look)
        return page_content(figure, kind, fonts)


@dataclass(frozen=True)
class _CellLook:
    """How pictures on a page look."""

    theme: Theme
    scale: float
    """Of all lengths."""
    settings: PictureSettings

    @property
    def is_demo(self) -> bool:
        return self.settings.theme == "demo"


def _draw_snapshot(axes: Axes, run: Record, snapshot: Snapshot, look: _CellLook) -> None:
    theme, scale = look.theme, look.scale
    order = np.argsort(run.prediction_x, kind="stable")
    x = run.prediction_x[order].astype(np.float64)
    prediction = np.ravel(snapshot.prediction)[order]
    axes.set_facecolor(theme.axes)
    if not look.is_demo and len(run.x) <= MOST_GAPS:
        ends = np.interp(run.x, x, prediction)
        axes.vlines(
            run.x, run.y, ends, color=theme.prediction, alpha=theme.gap_opacity, lw=GAP * scale,
            zorder=1.8,
        )  # fmt: skip
    axes.plot(
        run.x, run.y, "o", color=theme.points, ms=DOT * scale * theme.points_size, mec=theme.points,
        mfc=theme.points if theme.points_filled else "none", mew=0.5 * scale,
        alpha=theme.points_opacity, zorder=2,
    )  # fmt: skip
    if look.settings.truth and run.truth is not None:
        axes.plot(x, run.truth[order], color=theme.truth, lw=TRUTH * scale,
                  dashes=theme.truth_dashes, zorder=3)  # fmt: skip
    width = NETWORK * scale * theme.prediction_width
    (line,) = axes.plot(
        x, prediction, color=theme.prediction, lw=width, solid_capstyle="round", zorder=6
    )
    mark_point(line)
    axes.tick_params(labelsize=TICK * scale, length=2 * scale * bool(theme.tick_length),
                     width=AXIS * scale, pad=2.5 * scale)  # fmt: skip
    for side, spine in axes.spines.items():
        spine.set_visible(side in theme.spines_shown)
        spine.set_linewidth(AXIS * scale)
    if theme.grid_shown:
        axes.grid(color=theme.grid, lw=GRID * scale)
        axes.set_axisbelow(True)


def _write_caption(axes: Axes, caption: tuple[str, str], look: _CellLook) -> tuple[Text, Text]:
    """The epoch over the picture's left end, the loss in the network's colour over its right."""
    style: dict[str, Any] = {"fontsize": CAPTION * look.scale, "parse_math": False}
    pad = CAPTION_PAD * look.scale
    left = axes.set_title(caption[0], loc="left", color=look.theme.text, pad=pad, **style)
    right = axes.set_title(caption[1], loc="right", color=look.theme.prediction, pad=pad, **style)
    return left, right


def _fit_captions(cells: Sequence[tuple[Axes, tuple[Text, Text]]]) -> None:
    """Shrink the captions until none runs into another one."""
    size = 1.0
    for axes, texts in cells:
        widths = [text.get_window_extent().width for text in texts]
        size = min(size, 0.94 * axes.bbox.width / max(sum(widths), 1))
    for _, texts in cells:
        for text in texts:
            text.set_fontsize(float(text.get_fontsize()) * size)


def _write_labels(grid: Any, labels: AxisLabels, look: _CellLook) -> None:
    """Write the axes' names at the lowest row and the first column."""
    for label, cells, name in zip(labels, (grid[-1], grid[:, 0]), ("xaxis", "yaxis"), strict=True):
        for axes in cells if label else ():
            families = list(fonts_for([label]).families_of(label))
            getattr(axes, name).set_label_text(
                label, fontsize=1.1 * TICK * look.scale, color=look.theme.muted, family=families
            )


def _set_limits(axes: Axes, run: Record, settings: PictureSettings) -> None:
    """Limits and ticks, which all axes share."""
    words: Translation = translation_of(settings.language, settings.words)
    limits = fit_limits([run], settings.truth)
    axes.set_xlim(*limits.x)
    axes.set_ylim(*limits.y)
    for set_ticks, (low, high) in ((axes.set_xticks, limits.x), (axes.set_yticks, limits.y)):
        places, numbers = linear_ticks(low, high, 5)
        set_ticks(places, [words.respelled(number.replace("\u2212", "-")) for number in numbers])


def _mark_exits(axes: Axes, run: Record, snapshot: Snapshot, look: _CellLook) -> None:
    """Triangles where the line is out of sight, once the axes have their places."""
    order = np.argsort(run.prediction_x, kind="stable")
    exits = ExitMarks(axes, run.prediction_x[order], look.theme.prediction, MARK * look.scale)
    exits.show(np.ravel(snapshot.prediction)[order])


def _settle(figure: Figure) -> None:
    """Lay the page out for good, to a millionth of it.

    What the solver finds depends in its last bits on where in memory its variables happen to lie,
    and so from one time to the next.
    """
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes in figure.axes:
        left, low, width, height = (round(part, 6) for part in axes.get_position().bounds)
        axes.set_position((left, low, width, height))
