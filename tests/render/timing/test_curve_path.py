"""A curve between its knots: through them, monotone, and its means those of what it draws."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fitreel.render.timing.curve_path import CurvePath, windowed_curves


def path_of(places: Any, curves: Any) -> CurvePath:
    return CurvePath(np.asarray(places, float), iter(np.asarray(curves)))


def random_knots(count: int, seed: int = 0) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    places = np.concatenate([[0.0], np.cumsum(rng.uniform(0.1, 1, count - 1))])
    return places / max(places[-1], 1.0), rng.normal(size=(count, 7))


@pytest.mark.parametrize("count", [2, 3, 4, 30])
def test_it_is_pchip(count: int) -> None:
    interpolate = pytest.importorskip("scipy.interpolate")
    places, curves = random_knots(count)
    theirs = interpolate.PchipInterpolator(places, curves)
    path = path_of(places, curves)
    for place in np.linspace(0, places[-1], 200):
        assert np.allclose(path.at(place), theirs(place), atol=1e-12)
    path = path_of(places, curves)
    edges = np.linspace(0, places[-1], 23)
    for start, end in pairwise(edges):
        mean = theirs.integrate(start, end) / (end - start)
        assert np.allclose(path.mean(start, end), mean, atol=1e-10)


@settings(deadline=None)
@given(values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12))
def test_it_goes_through_all_knots_and_never_beyond(values: list[float]) -> None:
    places = np.arange(len(values)) / 3
    path = path_of(places, np.array(values)[:, None])
    for number, start in enumerate(places[:-1]):
        one, other = values[number : number + 2]
        drawn = [float(path.at(start + part / 30)[0]) for part in range(10)]
        slack = 1e-9 * max(abs(one), abs(other), 1e-300)
        assert drawn[0] == pytest.approx(one)
        assert min(one, other) - slack <= min(drawn) and max(drawn) <= max(one, other) + slack
        assert np.all(np.diff(drawn) * (other - one) >= -1e-9 * (other - one) ** 2)
    assert path.at(places[-1])[0] == pytest.approx(values[-1])


def test_of_the_knots_four_are_held() -> None:
    places, curves = random_knots(50)
    taken = 0

    def counted() -> Iterator[Any]:
        nonlocal taken
        for curve in curves:
            taken += 1
            yield curve

    path = CurvePath(places, counted())
    for number, place in enumerate(places):
        path.at(place)
        assert taken <= number + 4
        assert len(path._held) <= 4


def test_windows_share_their_cells() -> None:
    places, curves = random_knots(40)
    edges = np.linspace(0, places[-1], 101)
    starts = np.linspace(0, places[-1] * 0.8, 57)
    windows = np.stack([starts, starts + 0.1], axis=1)
    drawn = np.array(list(windowed_curves(path_of(places, curves), edges, windows)))
    fine = np.linspace(0, places[-1], 20_001)
    path = path_of(places, curves)
    dense = np.array([path.at(place) for place in fine])
    for (start, end), curve in zip(windows, drawn, strict=True):
        mean = dense[(fine >= start) & (fine <= end)].mean(axis=0)
        assert np.allclose(curve, mean, atol=0.05)
    share = (starts[1] - starts[0]) / 0.1
    assert np.abs(np.diff(drawn, axis=0)).max() < share * np.ptp(curves), "no jumps"


def test_what_is_not_a_number_harms_its_neighbours_alone() -> None:
    places, curves = random_knots(20)
    curves[10] = np.nan
    curves[5, 0] = np.inf
    path = path_of(places, curves)
    drawn = np.array([path.at(place) for place in places])
    assert np.isfinite(np.delete(drawn, [5, 10, 4, 9], axis=0)).all()
