"""What is said when: true in each frame, long enough, and the most that can be."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fitreel.render.captions.phases.lower_bounds import bounds, round_below
from fitreel.render.captions.phases.stretches import Choice, best_stretches

MASKS = st.lists(st.lists(st.booleans(), min_size=12, max_size=12), min_size=1, max_size=3)


@settings(deadline=None)
@given(MASKS, st.lists(st.integers(1, 6), min_size=3, max_size=3))
def test_what_is_said_is_true_and_long_enough(masks: list[list[bool]], fewest: list[int]) -> None:
    true = np.array(masks)
    worth = np.array([[1.0], [0.6], [0.3]])[: len(true)] * np.ones(12)
    chosen = best_stretches(true, worth, fewest[: len(true)], 1.0)
    for start, stop, claim in chosen:
        assert true[claim, start:stop].all() and stop - start >= fewest[claim]
    assert all(one.stop <= other.start for one, other in pairwise(chosen))
    for claim, mask in enumerate(true):
        runs = "".join("x" if each else " " for each in mask).split()
        if not chosen:
            assert all(
                len(run) * worth[claim, 0] <= 0.2 or len(run) < fewest[claim] for run in runs
            )


def test_a_short_one_takes_frames_or_goes() -> None:
    true = np.ones((2, 20), np.bool_)
    worth = np.full((2, 20), 0.5)
    worth[0, :17] = worth[1, 17:] = 1.0
    assert best_stretches(true, worth, [4, 4], 1.0) == [Choice(0, 16, 0), Choice(16, 20, 1)]
    true[1, :17] = False
    assert best_stretches(true, worth, [4, 4], 1.0) == [Choice(0, 20, 0)]
    true[0, 17:] = False
    assert best_stretches(true, worth, [4, 4], 1.0) == [Choice(0, 17, 0)]


def test_a_long_film_is_decided_in_blocks() -> None:
    true = np.ones((2, 100_001), np.bool_)
    true[0, 70_000:] = False
    true[1, :30_000] = False
    worth = np.ones((2, 100_001))
    worth[1] = 0.5
    (first, second) = best_stretches(true, worth, [900, 900], 600.0)
    assert first.start == 0 and abs(first.stop - 70_000) < 100 and first.claim == 0
    assert second == Choice(first.stop, 100_001, 1)


def test_round_numbers() -> None:
    values = [1.9, 2, 2.1, 5, 5.1, 29, 31, 900, 1e6 + 1, 4e7, float("inf")]
    assert [round_below(v) for v in values[:-1]] == [0, 0, 2, 3, 5, 20, 30, 500, 10**6, 10**7]
    assert round_below(float("inf")) == 10**99


@given(st.lists(st.floats(0.1, 1e9), min_size=1, max_size=80), st.integers(1, 20))
def test_a_bound_is_true_for_a_second(values: list[float], second: int) -> None:
    steps = bounds(values, second)
    assert len(steps) == len(values)
    assert all(step < value for step, value in zip(steps, values, strict=True) if step)
    changes = [frame for frame, (a, b) in enumerate(pairwise(steps), 1) if a != b]
    assert all(b - a >= second for a, b in pairwise([0, *changes]))
