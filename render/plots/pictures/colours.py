"""The colours of a picture that is learned, as a network has them and as they should be."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import numpy as np
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page

OUTLINE = 2.0
"""At 720 px."""


@in_force()
def outline(page: Page, box: Box) -> None:
    """A line round a picture, which may be as the ground is."""
    width, height = page.box.width, page.box.height
    line = page.px(OUTLINE)
    page.figure.add_artist(
        Rectangle(
            ((box.left - line / 2) / width, (box.bottom - line / 2) / height),
            (box.width + line) / width, (box.height + line) / height, fill=False,
            ec=page.theme.grid, lw=page.points(line), transform=page.figure.transFigure,
            zorder=0.5,
        )
    )  # fmt: skip


def colours_of(prediction: NDArray[np.floating]) -> NDArray[np.float32]:
    """Predicted colours, shape (M, 3), as they can be shown: from 0 to 1, no number is black."""
    values = np.fmax(np.asarray(prediction, np.float32), np.float32(0))
    return np.minimum(values, np.float32(1), out=values)


def error_of(colours: NDArray[np.float32], target: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far each colour is from the target's, shape (M,): the mean of the three distances."""
    away = np.abs(colours - target)
    return np.asarray((away[:, 0] + away[:, 1] + away[:, 2]) / np.float32(3))


def bytes_of(colours: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Colours from 0 to 1 in 256 steps."""
    return (colours * np.float32(255) + np.float32(0.5)).astype(np.uint8)


def has_truth(run: Record, view: str) -> bool:
    """Whether a record says how its predictions should be at all their places."""
    return run.truth is not None or (view == "picture" and target_of(run) is not None)


def target_of(run: Record) -> NDArray[np.float32] | None:
    """The picture that is learned, at the places of the predictions, shape (M, 3)."""
    if run.truth is not None:
        return colours_of(run.truth)
    rows, columns = run.header.grid_shape
    y = np.asarray(run.y, np.float32)
    if run.grid is None:
        return y if len(y) == rows * columns else None
    x = np.asarray(run.x, np.float64)
    if run.validation is not None:
        x = np.concatenate([x, np.asarray(run.validation[0], np.float64)])
        y = np.concatenate([y, np.asarray(run.validation[1], np.float32)])
    # Each place takes the colour of the pixel that it lies in.
    grid = np.asarray(run.grid, np.float64).reshape(rows, columns, 2)
    across, down = np.unique(x[:, 0]), np.unique(x[:, 1])
    if len(across) * len(down) != len(x):
        return None
    table = np.zeros((len(down), len(across), 3), np.float32)
    table[np.searchsorted(down, x[:, 1]), np.searchsorted(across, x[:, 0])] = y
    column = np.abs(grid[0, :, :1] - across).argmin(1)
    row = np.abs(grid[:, 0, 1:] - down).argmin(1)
    return np.ascontiguousarray(table[row[:, None], column[None, :]]).reshape(-1, 3)
