"""Losses of a film: the same digits in every frame, in the film's language."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitreel.render.text.loss_format import LossFormat
from fitreel.render.text.translations import languages, translation_of

ANY = st.floats(-1e300, 1e300) | st.sampled_from([math.nan, math.inf, -math.inf])


@pytest.mark.parametrize(
    ("losses", "written"),
    [
        ([0.33, 0.0095], ["0.3300", "0.0095"]),
        ([0.33, 0.012], ["0.330", "0.012"]),
        ([0.33, 0.00051], ["0.3300", "0.0005"]),
        ([0.33, 0.00049], ["3.3·10⁻¹", "4.9·10⁻⁴"]),
        ([0.0996, 1], ["0.10", "1.00"]),
        ([340, 12], ["340", "12"]),
        ([1e5, 99_999, 5], ["1.0·10⁵", "99999.0", "5.0"]),
        ([0.0, 0.1], ["0", "0.10"]),
        ([0.0], ["0"]),
        ([math.nan, math.inf, 0.5], ["nan", "inf", "0.50"]),
        ([-3, 0.2], ["−3.00", "0.20"]),
    ],
)
def test_a_films_smallest_loss_has_two_digits(losses: list[float], written: list[str]) -> None:
    form = LossFormat.of(losses, translation_of())
    assert [form.write(loss) for loss in losses] == written


def test_in_the_films_language() -> None:
    form = LossFormat.of([0.33, 0.0095, math.nan], translation_of("de"))
    assert form.write(0.0095) == "0,0095" and form.write(math.nan) == "undefiniert"


@given(st.lists(ANY, max_size=8), st.sampled_from(languages()))
def test_any_losses_are_read_as_what_they_are(losses: list[float], language: str) -> None:
    form = LossFormat.of(losses, translation_of(language))
    longest = max(map(len, form.widest()))
    for loss in losses:
        assert len(form.write(loss)) <= longest
        if math.isfinite(loss):
            assert (form.shown(loss) == 0) == (loss == 0), "no loss reads 0.0000"
            assert form.shown(loss) == pytest.approx(loss, rel=0.11)
