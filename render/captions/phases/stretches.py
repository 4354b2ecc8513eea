"""From what could be said in each frame to what is said: each sentence true and long enough."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CHANGE = 0.2
"""What a change of sentence costs, in seconds of a sentence that fits."""
MOST_BLOCKS = 4000
"""A longer film is decided in blocks of several frames."""


class Choice(NamedTuple):
    """One claim, from a frame on to before another."""

    start: int
    stop: int
    claim: int


def best_stretches(
    is_true: NDArray[np.bool_],
    worth: NDArray[np.float64],
    shortest: Sequence[int],
    fps: float,
) -> list[Choice]:
    """What is said when: of all ways in which every claim holds in each of its frames, the best.

    The best has the most worth, less `CHANGE` for every stretch. Where nothing can be said, nothing
    is: stretches needn't touch.

    Args:
        is_true: shape (C, F), of C claims in F frames.
        worth: shape (C, F): how well a claim fits a frame; 1 is what one would say there.
        shortest: of each claim, the fewest frames of a stretch.
        fps: frames a second.
    """
    claims, frames = is_true.shape
    size = max(-(-frames // MOST_BLOCKS), 1)
    starts = np.arange(0, frames, size)
    holds = np.logical_and.reduceat(is_true, starts, axis=1)
    totals = np.cumsum(np.add.reduceat(np.where(is_true, worth, 0.0), starts, axis=1), axis=1)
    sums = np.concatenate([np.zeros((claims, 1)), totals], axis=1)
    # The last block may be a smaller one, so that one block more makes sure of the length.
    fewest = [max(-(-frames // size) + (size > 1), 1) for frames in shortest]
    chosen = _best(holds, sums, fewest, CHANGE * fps)
    ends = np.append(starts, frames)
    return [Choice(int(ends[start]), int(ends[stop]), claim) for start, stop, claim in chosen]


def _best(
    holds: NDArray[np.bool_], sums: NDArray[np.float64], fewest: Sequence[int], cost: float
) -> list[Choice]:
    """By dynamic programming: the best up to each block ends in nothing, or in one claim."""
    claims, blocks = holds.shape
    score = np.zeros(blocks + 1)
    before: list[Choice | None] = [None] * (blocks + 1)
    begin = [0] * claims
    best = [(-np.inf, 0)] * claims
    true, total = holds.T.tolist(), sums.T.tolist()
    for block in range(1, blocks + 1):
        score[block] = score[block - 1]
        for claim in range(claims):
            if not true[block - 1][claim]:
                begin[claim], best[claim] = block, (-np.inf, 0)
                continue
            start = block - fewest[claim]
            if start >= begin[claim]:
                best[claim] = max(best[claim], (score[start] - total[start][claim], start))
            value = best[claim][0] + total[block][claim] - cost
            if value > score[block]:
                score[block] = value
                before[block] = Choice(best[claim][1], block, claim)
    chosen: list[Choice] = []
    block = blocks
    while block > 0:
        choice = before[block]
        if choice is None:
            block -= 1
        else:
            chosen.append(choice)
            block = choice.start
    return chosen[::-1]
