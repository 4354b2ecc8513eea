"""What is said of runs over other data than one curve: what a constant is there, and its errors."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.captions.caption import Caption
from fitreel.render.captions.classes.class_story import ClassStory
from fitreel.render.point_predictions import judged_predictions, samples, typical_error
from fitreel.render.text.loss_format import LossFormat
from fitreel.render.text.translations import Translation

FLAT = 0.2
"""In parts of the data's spread: less is nearly none."""
DARK = 0.12
"""The mean of a picture that is nearly black; white is 1."""
WORSE = 1.05
"""An end that is so many times worse than the best is spoken of."""


def best_constant(inputs: int, columns: int, view: str | None) -> str:
    """What the best constant is called: "flat", "level", "point", "colour" or "mean".

    Args:
        inputs: how many there are.
        columns: how many numbers are predicted at each place.
        view: what `film.view` says; None: nothing.
    """
    if view in ("scatter", "slices") or inputs > 2 or (inputs == 2 and columns not in (1, 3)):
        return "mean"
    if inputs == 2:
        return "colour" if columns == 3 else "level"
    return "point" if view == "plane" else "flat"


def start_shape(run: Record, view: str | None, first: Snapshot) -> str:
    """What an untrained network shows, as the key of its words; "" where that can't be said."""
    header = run.header
    prediction = np.asarray(first.prediction, np.float64)
    if header.is_curve or header.classes or not header.inputs or not first.has_prediction:
        return ""
    if not np.isfinite(prediction).all():
        return ""
    spread = float(np.std(np.asarray(run.y, np.float64), axis=0).mean())
    flat = float(prediction.std(axis=0).mean()) < FLAT * spread
    match best_constant(len(header.inputs), header.predicted_columns, view):
        case "colour":
            colours = np.clip(prediction, 0, 1)
            if float(colours.mean()) < DARK:
                return "black"
            return "colour" if flat else "colours"
        case "point":
            return "point" if flat else "curve"
        case "flat" if len(header.inputs) == 1:
            return "flats" if flat else "curves"
    return ""


@dataclass(frozen=True)
class ShapeReference:
    """What subtitles say of other data than one curve; as `subtitles.Described`.

    How many points are wrong, or the typical error in y's units.
    """

    run: Record
    classes: ClassStory | None
    """Where wrong points are what is told of."""
    true: NDArray[np.float64] | None
    """Shape (N, K): what predictions are compared with; None: they aren't."""

    @property
    def is_scaled(self) -> bool:
        """As `Described`."""
        return self.run.loss_is_scaled

    def shape(self, prediction: NDArray[Any], words: Translation) -> list[str]:
        """As `Described`: nothing that wasn't measured."""
        return []

    def distance(self, prediction: NDArray[Any], words: Translation) -> list[str]:
        """As `Described`."""
        if self.classes is not None:
            return [self.classes.count_sentence(self.classes.wrong_in(prediction))]
        if self.true is None or np.shape(prediction) != np.shape(self.true):
            return []
        error = typical_error(prediction - self.true)
        return [words.text("said_error", error=error)] if math.isfinite(error) else []


class TableErrors:
    """The typical errors of numbers over any inputs, in y's units, along the film."""

    def __init__(self, run: Record, words: Translation) -> None:
        judged = judged_predictions(run)
        self.true: NDArray[np.float64] = judged.y
        snapshots = list(samples(run, weights=judged.needs_weights))
        self.epochs = [each.epoch for each in snapshots]
        self.predictions = [judged.of(each) for each in snapshots]
        self.errors = [typical_error(each - self.true) for each in self.predictions]
        self.format = LossFormat.of(self.errors, words)

    @cached_property
    def of_mean(self) -> float:
        """The error of each output's own mean."""
        return typical_error(self.true - self.true.mean(axis=0))

    def end(self, words: Translation) -> Caption | None:
        """What came of it, beside the error that is read; None where that is no number."""
        last = self.errors[-1]
        if not math.isfinite(last) or len(self.errors) < 2:
            return None
        error = self.format.write(last)
        best = int(np.nanargmin(self.errors))
        if self.format.shown(last) > WORSE * self.format.shown(self.errors[best]):
            text = words.text("caption_end_error_was", error=error,
                              best=self.format.write(self.errors[best]),
                              epoch=self.epochs[best])  # fmt: skip
        else:
            text = words.text("caption_end_error", error=error,
                              mean=self.format.write(self.of_mean))  # fmt: skip
        return Caption(text)
