"""What of a run decides where things stand in its pictures, as far as it is known beforehand."""

from dataclasses import dataclass

import numpy as np

from fitreel.model.record.reader import Record
from fitreel.render.plots.pictures.colours import has_truth
from fitreel.render.shown_snapshots import has_losses


@dataclass(frozen=True)
class PageFacts:
    """Of a run, before it is trained or after it was."""

    view: str
    """As `view.view_of`."""
    last_epoch: int
    points: int
    """How many are learned."""
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    classes: tuple[str, ...]
    """What they are called."""
    has_truth: bool
    """As `plots.pictures.colours.has_truth`."""
    has_aside: bool
    """Whether there are points kept aside."""
    has_losses: bool = True
    aspect: float = 1.0
    """Width by height of what is looked at over two inputs, in their units."""
    pixels: tuple[int, int] = (1, 1)
    """Rows and columns of a picture as the network paints it."""


def facts_of_record(run: Record, view: str) -> PageFacts:
    """Of a run that is recorded."""
    header = run.header
    aspect, pixels = 1.0, (1, 1)
    if header.grid_shape:
        width, height = np.ptp(run.prediction_x, axis=0).tolist()
        aspect = width / height
    if view == "picture":
        rows, columns = header.grid_shape
        pixels = rows, columns
    return PageFacts(
        view, int(run.epochs[-1]) if len(run) else 0, len(run.y),
        tuple(column.name for column in header.inputs),
        tuple(column.name for column in header.outputs), header.classes,
        has_truth=has_truth(run, view), has_aside=run.validation is not None,
        has_losses=has_losses(run), aspect=aspect, pixels=pixels,
    )  # fmt: skip
