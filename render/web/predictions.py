"""A run's predictions as a page carries them, in blocks; and how much they will be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.shown_snapshots import shown_snapshots
from fitreel.render.web.packed import Packed, packed, rounded

LARGEST_EXACT = 6 << 20
"""Bytes of float32; of a page with more, predictions are rounded."""
BLOCK = 4 << 20
"""Bytes of float32 that are packed in one go."""
TRIED = 4
"""So many neighbours of the first, middle and last snapshots tell how well all compress."""


@dataclass(frozen=True)
class PredictionForm:
    """How all predictions of a page are packed."""

    span: tuple[float, float] | None = None
    """From the lowest to the highest value, in steps of which they are rounded; None: exact."""

    def packed(self, rows: NDArray[np.floating[Any]]) -> Packed:
        """Some rows, shape (R, C)."""
        return packed(rows) if self.span is None else rounded(rows, *self.span)


def form_of(runs: Sequence[tuple[Record, Sequence[int]]]) -> PredictionForm:
    """Exact where that isn't too much; of each run the snapshots that are shown."""
    numbers = sum(len(indices) * _width(run) for run, indices in runs)
    if 4 * numbers <= LARGEST_EXACT:
        return PredictionForm()
    low, high = np.inf, -np.inf
    for run, indices in runs:
        for snapshot in shown_snapshots(run, indices):
            finite = snapshot.prediction[np.isfinite(snapshot.prediction)]
            if finite.size:
                low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    return PredictionForm((low, high) if low <= high else (0.0, 1.0))


def prediction_blocks(
    run: Record, indices: Sequence[int], form: PredictionForm
) -> Iterator[Packed]:
    """The predictions of these snapshots, row after row, shape (R, M * K) in each block."""
    width = _width(run)
    if not width:
        return
    rows_a_block = max(1, BLOCK // (4 * width))
    snapshots = shown_snapshots(run, indices)
    while rows := [each.prediction.reshape(-1) for each in islice(snapshots, rows_a_block)]:
        yield form.packed(np.stack(rows))


def bytes_of(run: Record, indices: Sequence[int]) -> int:
    """About how many bytes the predictions will be, from a few of them."""
    width = _width(run)
    if not width or not len(indices):
        return 0
    exact = 4 * width * len(indices) <= LARGEST_EXACT
    starts = {0, max(0, len(indices) // 2), max(0, len(indices) - TRIED)}
    size = rows = 0
    for start in starts:
        some = list(indices[start : start + TRIED])
        sample = np.stack([each.prediction.reshape(-1) for each in shown_snapshots(run, some)])
        finite = sample[np.isfinite(sample)]
        span = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        form = PredictionForm(None if exact else span)
        size += len(form.packed(sample)["z"])
        rows += len(sample)
    return size * len(indices) // rows


def _width(run: Record) -> int:
    """Numbers in a prediction."""
    return len(run.prediction_x) * run.header.predicted_columns if run.header.inputs else 0
