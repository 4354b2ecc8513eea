"""Losses are written in one way, at the width that there is."""

import math

import pytest

from fitreel.render.text.numbers import DEMO, SHORT, TABLE, NumberStyle, write_number


@pytest.mark.parametrize(
    ("style", "texts"),
    [
        (DEMO, ["0.0000", "0.0005", "12.3457", "12345.6789", "5000000000.0000", "nan", "inf"]),
        (SHORT, ["0.0000", "0.0005", "12.3457", "1.235e+04", "5.000e+09", "nan", "inf"]),
        (TABLE, ["0.0000", "4.56e-04", "12.3457", "1.23e+04", "5.00e+09", "nan", "inf"]),
    ],
)
def test_styles(style: NumberStyle, texts: list[str]) -> None:
    losses = [0.0, 0.000456, 12.34567, 12345.6789, 5e9, math.nan, math.inf]
    assert [write_number(loss, style) for loss in losses] == texts
