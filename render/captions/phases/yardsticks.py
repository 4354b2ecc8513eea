"""What a loss is measured against: losses of the best constant, the best line and the truth."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.data.function import function_of
from fitreel.model.errors import FitreelError
from fitreel.model.record.reader import Record
from fitreel.model.settings import DataSettings
from fitreel.render.captions.phases.loss_kinds import LossKind, loss_kind

LINE_COUNTS = 0.8
"""A line is worth speaking of only where it is better than the best constant by so much."""
LINE_BEFORE_NOISE = 1.25
"""And where it is by so much worse than the noise: else the data are a straight line."""
NO_NOISE = 1e-9
"""Of the constant's loss: what is under it is rounding."""

MOST_SEARCHED = 50_000
"""Points up to which the best line of another loss than a mean square is looked for."""


@dataclass(frozen=True)
class Yardsticks:
    """Losses of a run's data, in the kind of its loss, of scaled values where its loss is."""

    constant: float
    """V: the best constant's."""
    line: float | None = None
    """M: the best straight line's."""
    noise: float | None = None
    """N: that of the true function against the data; None where it isn't known, or has none."""

    @cached_property
    def line_counts(self) -> bool:
        """Whether a straight line is something to be better than."""
        if self.line is None or self.line >= LINE_COUNTS * self.constant:
            return False
        return self.noise is None or self.line > LINE_BEFORE_NOISE * self.noise

    @property
    def is_constant(self) -> bool:
        """Whether the data are a constant with noise, so that there is no more to find."""
        return self.noise is not None and self.constant <= LINE_BEFORE_NOISE * self.noise

    @property
    def simple(self) -> float:
        """The loss of the best simple thing: of the line where that counts, else the constant's."""
        return self.line if self.line_counts and self.line is not None else self.constant

    @property
    def noise_reached(self) -> float:
        """A loss is as low as the noise from here down; 0 without noise."""
        if self.noise is None:
            return 0.0
        return min(1.1 * self.noise, self.noise + 0.05 * max(self.constant - self.noise, 0.0))


def yardsticks_of(run: Record) -> Yardsticks | None:
    """The yardsticks of a run, or None where the kind of its loss isn't known.

    So it is with what a program recorded, with classes, with several outputs, and with more than
    `MOST_SEARCHED` points where the best can't be computed at once.
    """
    kind = loss_kind_of(run)
    if kind is None or len(run.x) == 0:
        return None
    if len(run.x) > MOST_SEARCHED and not kind.is_square:
        return None
    y = _as_seen(run, run.y)
    with np.errstate(all="ignore"):
        constant = kind.best_constant(y) if np.isfinite(y).all() else math.nan
        if not math.isfinite(constant):
            return None
        noise = _noise(run, y, kind)
        return Yardsticks(
            constant,
            _line(run, y, kind),
            noise if noise is not None and noise > max(NO_NOISE * constant, 0.0) else None,
        )


def loss_kind_of(run: Record) -> LossKind | None:
    """How a run's loss is computed; None where that isn't known."""
    header = run.header
    if header.recorder != "job" or header.classes:
        return None
    return loss_kind(*loss_name_of(run))


def loss_name_of(run: Record) -> tuple[str, dict[str, Any]]:
    """The name and the arguments of the loss of a job's run."""
    train = run.header.job.get("train", {})
    return train.get("loss") or "mse", train.get("loss_args", {})


def _as_seen(run: Record, values: NDArray[Any]) -> NDArray[np.float64]:
    """Outputs as the loss compares them: shape (N,), of several (N, K)."""
    outputs = run.header.outputs
    if not run.loss_is_scaled:
        return np.asarray(values, np.float64)
    columns = np.asarray(values).reshape(len(values), -1).T
    seen = [column.scaled(each) for column, each in zip(outputs, columns, strict=True)]
    return np.asarray(np.stack(seen, axis=1) if len(seen) > 1 else seen[0], np.float64)


def _line(run: Record, y: NDArray[np.float64], kind: LossKind) -> float | None:
    if not run.header.is_curve or len(y) < 3:
        return None
    x = np.asarray(run.x, np.float64).reshape(-1)
    low, high = x.min(), x.max()
    if not (np.isfinite(x).all() and high > low):
        return None
    line = kind.best_line((x - low) / (high - low) - 0.5, y)
    return line if math.isfinite(line) else None


def _noise(run: Record, y: NDArray[np.float64], kind: LossKind) -> float | None:
    truth = _truth_at_points(run)
    if truth is None:
        return None
    noise = kind.of(y - _as_seen(run, truth))
    return noise if math.isfinite(noise) else None


def _truth_at_points(run: Record) -> NDArray[Any] | None:
    """The noiseless function at the training points, shape (N,) or (N, K)."""
    if run.truth is None or run.grid is None:
        return run.truth
    try:
        said = run.header.job.get("data", {}).get("function", DataSettings().function)
        formulas = function_of(DataSettings(function=said)).formulas
    except (FitreelError, ValueError):
        return None
    places = np.asarray(run.x).reshape(len(run.x), -1)
    values = np.stack([formula.of_places(places) for formula in formulas], axis=1)
    if values.shape[1] != len(run.header.outputs):
        return None
    return values if values.shape[1] > 1 else values[:, 0]
