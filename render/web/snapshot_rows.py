"""What a page has of each snapshot, a row of numbers, in blocks; and how much they will be."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.shown_snapshots import shown_snapshots
from fitreel.render.web.packed import Packed, packed, rounded

LARGEST_EXACT = 6 << 20
"""Bytes of float32; of a page with more, predictions are rounded."""
BLOCK = 4 << 20
"""Bytes of float32 that are packed in one go."""
TRIED = 4
"""So many neighbours of the first, middle and last snapshots tell how well all compress."""


@dataclass(frozen=True)
class RowForm:
    """How rows are packed."""

    span: tuple[float, float] | None = None
    """From the lowest to the highest value, in steps of which they are rounded; None: exact."""

    def packed(self, rows: NDArray[np.floating[Any]]) -> Packed:
        """Some rows, shape (R, C)."""
        return packed(rows) if self.span is None else rounded(rows, *self.span)


@dataclass(frozen=True)
class SnapshotRows:
    """The numbers that a page has of each snapshot of a run: its prediction, or of a panel."""

    run: Record
    width: int
    """How many they are."""
    row: Callable[[Snapshot], NDArray[np.floating[Any]]]
    """Those of a snapshot, shape (width,)."""
    has_weights: bool = False
    """Whether they are made of the weights."""
    is_only_drawn: bool = False
    """Whether nobody reads the numbers: then they are rounded, however few."""

    def of(self, indices: Sequence[int]) -> Iterator[NDArray[np.floating[Any]]]:
        """The rows of these snapshots.

        Raises:
            Damaged: a file has changed since the run was opened.
        """
        for snapshot in shown_snapshots(self.run, indices, weights=self.has_weights):
            yield self.row(snapshot)

    def is_small(self, count: int) -> bool:
        """Whether so many rows are few enough to be exact."""
        return not self.is_only_drawn and 4 * self.width * count <= LARGEST_EXACT

    def blocks(self, indices: Sequence[int], form: RowForm) -> Iterator[Packed]:
        """The rows of these snapshots, shape (R, width) in each block."""
        if not self.width:
            return
        rows_a_block = max(1, BLOCK // (4 * self.width))
        rows = self.of(indices)
        while some := list(islice(rows, rows_a_block)):
            yield form.packed(np.stack(some))

    def bytes_of(self, indices: Sequence[int]) -> int:
        """About how many bytes they will be, from a few of them."""
        if not self.width or not len(indices):
            return 0
        is_exact = self.is_small(len(indices))
        starts = {0, max(0, len(indices) // 2), max(0, len(indices) - TRIED)}
        size = count = 0
        for start in starts:
            sample = np.stack(list(self.of(list(indices[start : start + TRIED]))))
            form = RowForm(None if is_exact else _span_of([sample]))
            size += len(form.packed(sample)["z"])
            count += len(sample)
        return size * len(indices) // count


def predictions_of(run: Record) -> SnapshotRows:
    """The predictions of a run, (M * K) numbers each; none of a record of numbers alone."""
    width = len(run.prediction_x) * run.header.predicted_columns if run.header.inputs else 0
    return SnapshotRows(run, width, lambda snapshot: snapshot.prediction.reshape(-1))


def form_of(rows: Sequence[SnapshotRows], indices: Sequence[Sequence[int]]) -> RowForm:
    """One for all runs of a page: exact where that isn't too much; of each what is shown."""
    pairs = list(zip(rows, indices, strict=True))
    if 4 * sum(len(some) * each.width for each, some in pairs) <= LARGEST_EXACT:
        return RowForm()
    return RowForm(_span_of(row for each, some in pairs for row in each.of(some)))


def _span_of(values: Iterable[NDArray[np.floating[Any]]]) -> tuple[float, float]:
    """From the lowest to the highest finite number."""
    low, high = np.inf, -np.inf
    for each in values:
        finite = each[np.isfinite(each)]
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    return (low, high) if low <= high else (0.0, 1.0)
