"""Numbers at axes: few, round, never on top of each other, whatever the range and the room."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitreel.render.mpl.ticks import linear_ticks
from fitreel.render.plots.losses.loss_scale import loss_scale
from fitreel.render.plots.losses.loss_ticks import LOW, loss_ticks


def apart(places: list[float]) -> float:
    """The least distance between two on a logarithmic axis, in decades."""
    return min((math.log10(b / a) for a, b in pairwise(places)), default=math.inf)


@given(first=st.floats(-12, 5), span=st.floats(0.02, 30), rows=st.floats(LOW, 30))
def test_losses_lie_between_three_to_six_ticks(first: float, span: float, rows: float) -> None:
    low, high = 10**first, 10 ** (first + span)
    places, texts = loss_ticks(low, high, rows)
    assert 3 <= len(places) <= 6 and len(set(texts)) == len(texts)
    miss = 0.08 * span + 1e-4
    assert math.log10(places[0]) <= first + miss and math.log10(places[-1]) >= first + span - miss


@given(first=st.floats(-12, 5), span=st.floats(0.02, 30), rows=st.floats(2.4, LOW - 0.1))
def test_a_low_axis_has_two_or_three_ticks_within_the_losses(
    first: float, span: float, rows: float
) -> None:
    low, high = 10**first, 10 ** (first + span)
    places, texts = loss_ticks(low, high, rows)
    assert 1 <= len(places) <= 3 and len(set(texts)) == len(texts)
    assert all(low * (1 - 1e-9) <= at <= high * (1 + 1e-9) for at in places)
    assert apart(places) / span * rows >= 1.15 - 1e-9
    if span > 2 and rows > 3.5:
        assert len(places) >= 2
    if span > 2:
        assert all(at >= 9e-4 or text.startswith("10") or text.strip("0.") == "1"
                   for at, text in zip(places, texts, strict=True))  # fmt: skip


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ((-1, 1, 4), ["−1", "−0.5", "0", "0.5", "1"]),
        ((0, 2e6, 2), ["0", "10⁶", "2·10⁶"]),
        ((-2e-5, 0, 2), ["−2·10⁻⁵", "−10⁻⁵", "0"]),
    ],
)
def test_numbers_are_written_as_they_are_said(
    values: tuple[float, float, int], texts: list[str]
) -> None:
    assert linear_ticks(*values)[1] == texts


def test_powers_of_ten_are_written_alike() -> None:
    assert loss_ticks(1e-20, 1.0, 12)[1] == ["10⁻²⁰", "10⁻¹⁶", "10⁻¹²", "10⁻⁸", "10⁻⁴", "1"]
    assert loss_ticks(0.011, 0.26, 12)[1][0] == "0.01"


@given(
    losses=st.lists(
        st.one_of(
            st.floats(0, 1e30), st.just(0.0), st.just(math.nan), st.just(math.inf),
            st.floats(-1e3, 1e3),
        ),
        min_size=1, max_size=20,
    ),
    rows=st.floats(2.4, 20),
)  # fmt: skip
def test_every_loss_that_stays_in_sight_is_on_its_axis(losses: list[float], rows: float) -> None:
    values = np.array(losses)
    scale = loss_scale([values], rows)
    assert scale.top > scale.bottom and scale.ticks[0]
    heights = scale.heights(values)
    finite = values[np.isfinite(values)]
    if len(finite):
        first = abs(finite[0])
        stays = np.isfinite(values) & (values <= (1000 * first if first > 0 else math.inf))
        assert ((heights[stays] > 0) & (heights[stays] < 1)).all()
    assert (heights[values == math.inf] > 1).all()
    ticks = scale.heights(scale.ticks[0])
    assert ((ticks > 0) & (ticks < 1)).all() and (np.diff(ticks) > 0).all()
