"""Frames of a film on one page, each with a caption: how a comparison goes on a sheet."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import math
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from matplotlib import rc_context
from numpy.typing import NDArray

from fitreel.render.frame import Frame
from fitreel.render.handout.page import (
    MARGIN,
    Kind,
    check_grid,
    page_content,
    page_size,
    page_style,
    plain_page,
    theme_and_fonts,
)
from fitreel.render.handout.sheet_snapshots import even_places, nearest_apart
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.timing.epoch_axis import EpochAxis
from fitreel.render.timing.path_pace import Losses

CAPTION = 10.0
"""Font size in points."""
CAPTION_HEIGHT = 0.24
"""In inches, of a caption with what is free around it."""
APART = 0.14
"""In inches, between two frames."""


def even_frames(
    times: NDArray[np.float64], axis: EpochAxis, runs: Sequence[Losses], cells: int
) -> list[int]:
    """The numbers of the frames for so many cells, evenly spaced on the path of the losses.

    Args:
        times: shape (F,), not decreasing: the epoch, or second, of each frame.
        axis: that the film's pace has.
        runs: epochs, or seconds, and losses of each run.
        cells: at least 1; of fewer frames all come.
    """
    moving = np.flatnonzero(np.diff(times, prepend=-math.inf) > 0)
    frames = moving if len(moving) >= cells else np.arange(len(times))
    if len(frames) <= cells:
        return [int(frame) for frame in frames]
    ideals = axis.epochs(even_places(axis, runs, cells))
    return [int(frames[place]) for place in nearest_apart(times[frames], ideals)]


@in_force()
def frame_sheet(
    frames: Sequence[Frame],
    captions: Sequence[str],
    settings: PictureSettings,
    across: int,
    down: int,
    kind: Kind,
) -> bytes:
    """Lay frames, all of one size, out on a page, row after row, as large as they fit.

    What the film has of titles is in its frames. The same frames give the same bytes.

    Args:
        frames: at most `across` x `down`.
        captions: one for each; may be empty.
        settings: whose theme and fonts the page has.
        across: columns.
        down: rows.
        kind: of the file.

    Raises:
        BadInput: as `check_grid`, or a caption that can't be drawn.
        Unavailable: no font has the signs.
    """
    check_grid(across, down)
    theme, fonts = theme_and_fonts(settings, captions)
    size = page_size(across, down)
    height, width = frames[0].shape[:2]
    head = CAPTION_HEIGHT if any(captions) else 0.0
    room = (
        (size[0] - 2 * MARGIN - (across - 1) * APART) / across,
        (size[1] - 2 * MARGIN - (down - 1) * APART) / down - head,
    )
    inch = min(room[0] / width, room[1] / height)  # of a frame's pixel
    wide, tall = width * inch, height * inch
    whole = across * wide + (across - 1) * APART
    left, top = (size[0] - whole) / 2, size[1] - MARGIN
    with rc_context(cast(Any, page_style(theme, fonts))):
        figure = plain_page(theme, size)
        for number, (frame, caption) in enumerate(zip(frames, captions, strict=True)):
            row, column = divmod(number, across)
            x = left + column * (wide + APART)
            y = top - row * (tall + head + APART) - head
            place = (x / size[0], (y - tall) / size[1], wide / size[0], tall / size[1])
            axes = figure.add_axes(place, frameon=False, xticks=[], yticks=[])
            axes.imshow(frame, aspect="auto", interpolation="antialiased")
            figure.text(
                x / size[0], (y + 0.3 * head) / size[1], caption, fontsize=CAPTION,
                fontfamily=list(fonts.families_of(caption)), va="baseline", parse_math=False,
            )  # fmt: skip
        return page_content(figure, kind, fonts)
