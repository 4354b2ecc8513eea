"""Frames after whatever is done to a figure, held against full draws by matplotlib."""

import contextlib
import io
import random
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import matplotlib
import matplotlib.style
import matplotlib.ticker as ticker
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from support.figures import KINDS, X

import fitreel.render.figure.figure_drawer as figure_drawer
from fitreel.render.figure import quick_axis, text_layouts, tick_copies, tick_group, tick_state
from fitreel.render.figure.figure_drawer import FigureDrawer, shortcuts_are_exact

Action = Callable[[Figure, random.Random], object]


def some_axes(figure: Figure, dice: random.Random) -> Any:
    return dice.choice(figure.axes or [figure.add_subplot()])


def action(change: Callable[[Any, random.Random], object]) -> Action:
    return lambda figure, dice: change(some_axes(figure, dice), dice)


ACTIONS: list[Action] = [
    action(lambda a, r: a.cla()),
    action(lambda a, r: a.plot(X, X * r.uniform(-3, 3), r.choice(["r-", "b--", "g.", "k:x"]))),
    action(lambda a, r: a.scatter(X, X * r.uniform(-3, 3), s=r.randint(1, 90))),
    action(lambda a, r: a.lines and a.lines[-1].set_ydata(X * r.uniform(-9, 9))),
    action(lambda a, r: a.lines and r.choice(a.lines).remove()),
    action(lambda a, r: a.set_xlim(r.uniform(-5, 0), r.uniform(1, 5))),
    action(lambda a, r: a.set_ylim(r.uniform(1, 1e4), r.uniform(-1e-3, 0))),
    action(lambda a, r: (a.relim(), a.autoscale())),
    action(lambda a, r: a.set_yscale(r.choice(["linear", "symlog"]))),
    action(lambda a, r: a.set_title(r.choice(["", "title", "$x^2$", "two\nlines"]))),
    action(lambda a, r: a.set(xlabel=r.choice(["", "x"]), ylabel=r.choice(["", "long label"]))),
    action(lambda a, r: a.grid(r.random() < 0.5, which=r.choice(["major", "both"]))),
    action(lambda a, r: a.tick_params(labelcolor=r.choice("rgb"), length=r.randint(0, 9))),
    action(lambda a, r: a.tick_params(axis="x", rotation=r.choice([0, 30, 90]))),
    action(lambda a, r: a.tick_params(top=r.random() < 0.5, labelright=r.random() < 0.5)),
    action(lambda a, r: r.choice(a.get_xticklabels() or [a.title]).set_color(r.choice("rgb"))),
    action(lambda a, r: [label.set_fontsize(6) for label in a.get_yticklabels()]),
    action(lambda a, r: a.yaxis.set_major_locator(ticker.MaxNLocator(r.randint(1, 9)))),
    action(lambda a, r: a.xaxis.set_major_formatter(r.choice(["{x:.2f}", "{x:g} m"]))),
    action(lambda a, r: a.set_yticks([-1, 0, 2], labels=r.choice([None, ["a", "", "c"]]))),
    action(lambda a, r: a.minorticks_on()),
    action(lambda a, r: a.spines["left"].set_position(("data", r.uniform(-1, 1)))),
    action(lambda a, r: a.spines["top"].set_visible(r.random() < 0.5)),
    action(lambda a, r: a.set_aspect(r.choice(["equal", "auto"]))),
    action(lambda a, r: a.set_position([0.1, 0.1, r.uniform(0.2, 0.8), 0.7])),
    action(lambda a, r: a.set_axisbelow(r.choice([True, False, "line"]))),
    action(lambda a, r: a.twinx().plot(X, X * 100)),
    action(lambda a, r: a.imshow(np.outer(X, X), aspect="auto")),
    action(lambda a, r: a.text(0, 0, f"{r.random():.3f}", size=r.randint(5, 20))),
    action(lambda a, r: a.xaxis.set_visible(r.random() < 0.5)),
    action(lambda a, r: a.get_yticklines() and a.get_yticklines()[0].set_visible(False)),
    action(lambda a, r: a.legend(a.lines[:1], ["line"])),
    lambda figure, dice: figure.add_subplot(2, 2, dice.randint(1, 4)),
    lambda figure, dice: figure.clf(),
    lambda figure, dice: figure.suptitle(f"{dice.random():.2f}"),
    lambda figure, dice: figure.set_dpi(dice.choice([60, 80])),
    lambda figure, dice: figure.savefig(io.BytesIO(), format="png", dpi=dice.choice([50, 70])),
    lambda figure, dice: figure.savefig(io.BytesIO(), format="svg"),
    lambda figure, dice: figure.draw_without_rendering(),
    lambda figure, dice: figure.set_layout_engine(dice.choice(["none", "tight", "constrained"])),
]


@pytest.fixture(autouse=True)
def _no_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what matplotlib says of odd figures, it says both ways
        yield


def check(numbers: list[int], seed: int, per_frame: int = 2) -> None:
    """Does the same to two figures, and compares them every few actions."""
    figures = Figure((3, 2), dpi=60), Figure((3, 2), dpi=60)
    canvas: Any = FigureCanvasAgg(figures[1])
    drawer = FigureDrawer(figures[0])
    for step, number in enumerate(numbers):
        for figure in figures:
            with contextlib.suppress(ValueError, IndexError):  # it has no such thing just now
                ACTIONS[number](figure, random.Random(seed + step))
        if step % per_frame == 0:
            canvas.draw()
            assert drawer.draw().tobytes() == bytes(canvas.buffer_rgba()), (step, number)


sequences = st.lists(st.integers(0, len(ACTIONS) - 1), min_size=4, max_size=12)
relaxed = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=2, deadline=None, suppress_health_check=relaxed)
@given(sequences, st.integers(0, 1000))
def test_whatever_is_done_is_drawn_as_matplotlib_does(numbers: list[int], seed: int) -> None:
    check(numbers, seed)


@pytest.mark.parametrize(
    ("numbers", "seed"),
    [
        ([0, 0, 21, 0], 0),  # a spine takes its first place while a tick is made
        ([21, 2, 8, 2, 35, 8], 232),  # a scale that isn't affine becomes so
    ],
)
def test_what_was_drawn_otherwise_once(numbers: list[int], seed: int) -> None:
    check(numbers, seed, per_frame=1)


@pytest.mark.long
@settings(max_examples=300, deadline=None, suppress_health_check=relaxed)
@given(sequences, st.integers(0, 1000))
def test_whatever_is_done_for_long(numbers: list[int], seed: int) -> None:
    check(numbers, seed, per_frame=1)


def random_settings(dice: random.Random) -> dict[str, Any]:
    """Settings that decide how ticks and text look."""
    return {
        "xtick.direction": dice.choice(["in", "out", "inout"]),
        "axes.grid": dice.random() < 0.5,
        "axes.grid.which": dice.choice(["major", "minor", "both"]),
        "ytick.minor.visible": dice.random() < 0.4,
        "xtick.top": dice.random() < 0.3,
        "ytick.labelright": dice.random() < 0.2,
        "font.size": dice.choice([7, 9.5, 13]),
        "font.family": dice.choice(["sans-serif", "serif", "monospace"]),
        "grid.linestyle": dice.choice(["-", "--", ":"]),
        "axes.axisbelow": dice.choice([True, "line", False]),
        "axes.titlelocation": dice.choice(["left", "center"]),
        "text.antialiased": dice.random() < 0.8,
        "text.hinting": dice.choice(["force_autohint", "none", "default"]),
        "axes.formatter.use_mathtext": dice.random() < 0.4,
        "axes.formatter.limits": dice.choice([(-5, 6), (-1, 1)]),
        "path.snap": dice.random() < 0.8,
        "figure.dpi": 60,
    }


def check_settings(seed: int, kinds: list[str]) -> None:
    dice = random.Random(seed)
    with matplotlib.style.context(dice.choice(sorted(matplotlib.style.available))):
        for name in kinds:
            with matplotlib.rc_context(random_settings(dice)):
                figures = Figure((3, 2)), Figure((3, 2))
                steps = [KINDS[name](figure) for figure in figures]
                drawer = FigureDrawer(figures[0])
                for number in range(4):
                    if number == 2:  # in the middle of a film
                        matplotlib.rcParams.update(random_settings(dice))
                    for step in steps:
                        step(number)
                    # One that has drawn remembers sizes of text, whatever hinting is set later.
                    canvas: Any = FigureCanvasAgg(figures[1])
                    canvas.draw()
                    frame = drawer.draw().tobytes()
                    assert frame == bytes(canvas.buffer_rgba()), (seed, name, number)


def test_styles_and_settings_that_change_are_followed() -> None:
    check_settings(3, ["locators"])


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_many_styles_are_followed(seed: int) -> None:
    names = random.Random(seed).sample(sorted(set(KINDS) - {"sizes"}), 12)
    check_settings(seed, names)


@pytest.mark.parametrize(
    ("room", "name", "other"),
    [
        pytest.param(text_layouts, "OF_LAYOUT", ("_text",), marks=pytest.mark.long),
        (tick_state, "LINKS", ("_gone",)),
        pytest.param(tick_state, "EFFECTS", (), marks=pytest.mark.long),
        pytest.param(tick_state, "RECOMPUTED", (), marks=pytest.mark.long),
        pytest.param(quick_axis, "STOOD_IN", ("_a", "_b", "_c", "draw"), marks=pytest.mark.long),
        pytest.param(tick_copies, "PARTS", {}, marks=pytest.mark.long),
    ],
)
def test_without_a_private_name_the_bytes_are_the_same(
    room: Any, name: str, other: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, name, other)
    for known in (shortcuts_are_exact, text_layouts.layouts_are_known):
        known.cache_clear()
    try:
        check([1, 5, 0], 0)
    finally:
        for known in (shortcuts_are_exact, text_layouts.layouts_are_known):
            known.cache_clear()


def test_a_matplotlib_that_is_not_as_known_draws_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def differs(group: Any, renderer: Any) -> None:
        raise AttributeError("of another version")

    shortcuts_are_exact.cache_clear()
    monkeypatch.setattr(tick_group.TickGroup, "draw", differs)
    try:
        check([1], 0)
        assert not figure_drawer.shortcuts_are_exact()
    finally:
        shortcuts_are_exact.cache_clear()
