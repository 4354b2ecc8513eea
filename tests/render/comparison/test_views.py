"""Comparisons of what is no curve: full draws, nothing over another, sentences true, refusals."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest
from support.full_draws import assert_full_draws
from support.picture_rules import drawn_texts, faults
from support.program import train_here

from fitreel.model.record.reader import Record
from fitreel.render.captions.caption import NO_CAPTION
from fitreel.render.comparison.frames import comparison_frames, scene_in
from fitreel.render.comparison.grid.grid_scene import GridScene
from fitreel.render.comparison.pacing import paced, timetable_of
from fitreel.render.comparison.page.colours import identity_colours
from fitreel.render.comparison.page.page_plan import SMALLEST_TEXT
from fitreel.render.comparison.page.setting import Setting, setting_of
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.comparison.states import states
from fitreel.render.comparison_picture import ComparisonPicture, Entry
from fitreel.render.field_grid import FieldGrid
from fitreel.render.film_settings import FilmSettings
from fitreel.render.frame import FrameSelection
from fitreel.render.mpl.setup import in_force
from fitreel.render.mpl.theme import comparison_theme
from fitreel.render.point_predictions import PointClasses
from fitreel.render.shown_snapshots import shown_snapshots
from fitreel.render.timing.comparison_timetable import Timetable
from fitreel.render.view import ViewName

SMALL = (
    "data.points=40", "data.grid=20", "network.hidden=[6]", "network.activations=tanh",
    "train.optimizer=Adam", "train.snapshot_every=4", "train.epochs=40",
)  # fmt: skip
INPUTS = 'data.inputs=["age", "heat", "speed"]'
VIEWS: dict[str, tuple[ViewName, tuple[str, ...]]] = {
    "moons": ("regions", ("data.function=moons",)),
    "clouds": ("regions", ("data.function=gaussians", "data.classes=6")),
    "peaks": ("field", ("data.function=peaks",)),
    "sea": ("picture", ("data.file=sea.png",)),
    "heart": ("plane", ("data.function=heart", "data.points=40", "data.grid=60")),
    "three": ("curves", ('data.function=["sin(3*x)", "x**2", "-x"]',)),
    "table": ("scatter", ("data.file=table.csv", 'data.outputs=["yield"]', INPUTS)),
    "sliced": ("slices", ("data.file=table.csv", 'data.outputs=["yield"]', INPUTS)),
    "sliced kinds": ("slices", ("data.file=table.csv", "data.label=kind", INPUTS)),
    "kinds": ("confusion", ("data.file=table.csv", "data.label=kind", INPUTS)),
}
"""Of each set of runs its view, and what its jobs say."""
KINDS = ("low", "in the middle", "exceptionally high")
RATES = ("0.002", "0.05", "0.2")
Runs = dict[str, list[Record]]


class Trained(dict[str, list[Record]]):
    """Three runs of each kind, trained when they are asked for first."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        rng = np.random.default_rng(3)
        iio.imwrite(folder / "sea.png", rng.integers(0, 256, (12, 12, 3), np.uint8))
        x = rng.standard_normal((40, 3))
        y = 20 + 5 * x[:, 0] + 3 * x[:, 1] * x[:, 2]
        kinds = np.array(KINDS)[np.digitize(y, [18, 22])]
        rows = [
            ",".join([*(f"{v:.3f}" for v in (*row, value)), kind])
            for row, value, kind in zip(x, y, kinds, strict=True)
        ]
        (folder / "table.csv").write_text("\n".join(["age,heat,speed,yield,kind", *rows]))

    def __missing__(self, name: str) -> list[Record]:
        job = [
            part.replace("data.file=", f"data.file={self._folder}/") for part in VIEWS[name][1]
        ]  # fmt: skip
        small = SMALL if "file" not in "".join(job) else SMALL[2:]
        small = small if VIEWS[name][0] in ("regions", "field") else small[-5:]
        self[name] = [
            train_here(self._folder, *small, *job, f"train.lr={rate}") for rate in RATES
        ]  # fmt: skip
        return self[name]


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return Trained(tmp_path_factory.mktemp("views"))


def entries_of(records: Sequence[Record], count: int) -> list[Entry]:
    entries = [
        Entry(f"rate {RATES[n % len(RATES)]}" + f", {n}" * (n > 2), records[n % len(records)])
        for n in range(count)
    ]
    if count > 3:
        entries[2] = Entry("rate 5", None, "train.lr: the loss is not finite at epoch 0")
    return entries


def setting(
    view: ViewName, entries: Sequence[Entry], options: dict[str, Any] | None = None, **film: Any
) -> tuple[Setting, Timetable]:
    settings = FilmSettings(**{"duration": 3, "fps": 8, "title": "Three rates"} | film)
    comparison = ComparisonPicture(
        entries, settings.picture, "grid", view=view, **(options or {})
    )  # fmt: skip
    table = timetable_of(entries, "epoch")
    table = paced(entries, table, settings.pacing("epoch", lambda: (0.5, 1.0)))
    return setting_of(comparison, table), table


def film_of(
    view: ViewName, entries: Sequence[Entry], frames: Sequence[int] | None = None,
    options: dict[str, Any] | None = None, **film: Any,
) -> tuple[GridScene, Iterator[ComparisonState]]:  # fmt: skip
    whole, table = setting(view, entries, options, **film)
    numbers = range(len(table)) if frames is None else [n % len(table) for n in frames]
    scene = scene_in(whole)
    assert isinstance(scene, GridScene)
    weights = view == "slices"
    return scene, states(entries, table, numbers, whole.captions.at, weights=weights)


LOOKS: list[tuple[str, int, dict[str, Any]]] = [
    ("moons", 2, {"theme": "light", "size": "480p", "subtitle": "40 points"}),
    ("peaks", 2, {"theme": "demo", "size": (640, 480)}),
    ("sea", 3, {"theme": "dark", "size": "480p"}),
    ("heart", 3, {"theme": "light", "size": (640, 480), "language": "fr"}),
    ("three", 5, {"theme": "chalkboard", "size": "480p"}),
    ("table", 3, {"theme": "paper", "size": (640, 640)}),
    ("kinds", 2, {"theme": "dark", "size": (480, 854)}),
    ("sliced", 2, {"theme": "dark", "size": "480p"}),
    ("sliced kinds", 3, {"theme": "chalkboard", "size": (640, 480)}),
    ("clouds", 5, {"theme": "chalkboard", "size": "720p", "language": "de"}),
]
MORE = [
    pytest.param(name, count, {"theme": theme, "size": size}, marks=pytest.mark.long)
    for name in VIEWS
    for count, theme, size in (
        (1, "light", "720p"), (2, "dark", (640, 480)), (4, "paper", "square"),
        (9, "demo", "vertical"), (16, "light", "1080p"), (16, "dark", "720p"),
    )
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "count", "film"),
    [
        pytest.param(*look, marks=() if look[0] in ("moons", "sea", "sliced") else pytest.mark.long)
        for look in LOOKS[:-1]
    ],
)
def test_frames_are_a_full_draw(name: str, count: int, film: dict[str, Any], runs: Runs) -> None:
    scene, shown = film_of(VIEWS[name][0], entries_of(runs[name], count), **film)
    assert_full_draws(scene, shown, every=12)


@pytest.mark.parametrize(("name", "count", "film"), [*LOOKS, *MORE])
def test_no_text_is_over_another_or_cut(
    name: str, count: int, film: dict[str, Any], runs: Runs
) -> None:
    scene, shown = film_of(VIEWS[name][0], entries_of(runs[name], count), (0, -1), **film)
    first, last = shown
    for state in (first, replace(last, seconds_at_end=1.0)):
        scene.show(state)
        with in_force():
            scene.figure.canvas.draw()
        assert not faults(scene.figure, str(film["theme"]), SMALLEST_TEXT)


def test_fields_beside_their_target_end_where_the_points_do(runs: Runs) -> None:
    scene, _ = film_of("field", entries_of(runs["peaks"], 2), (0,), theme="light", size="480p")
    (run, *_) = runs["peaks"]
    cut, whole = FieldGrid(run, around=[run]), FieldGrid(run)
    limits = [axes.get_xlim() for axes in scene.figure.axes]
    assert limits.count((cut.x[0], cut.x[-1])) == 3  # the target and two runs
    assert (whole.x[0], whole.x[-1]) not in limits
    scene, _ = film_of("regions", entries_of(runs["moons"], 2), (0,), theme="light", size="480p")
    whole = FieldGrid(runs["moons"][0])
    assert (whole.x[0], whole.x[-1]) in [axes.get_xlim() for axes in scene.figure.axes]


def test_two_pictures_and_their_target_fill_the_width(runs: Runs) -> None:
    plain, waves = runs["sea"][:2]
    entries = [Entry("plain ReLU", plain), Entry("Fourier features", waves)]
    for film in ({}, {"subtitle": "Twelve by twelve pixels"}):
        scene, _ = film_of("picture", entries, (0,), size="720p", **film)
        widths = {round(panel.width) for panel in scene.plan.panels}
        assert len(scene.plan.panels) == 3 and min(widths) >= 360


def test_what_stands_once_stands_where_panels_are_larger(runs: Runs) -> None:
    for size, is_aside in (("720p", True), ("vertical", False)):
        scene, _ = film_of("field", entries_of(runs["peaks"], 2), (0,), size=size)
        plan = scene.plan
        assert (plan.side is not None, plan.foot is None) == (is_aside, is_aside)
    scene, _ = film_of("curves", entries_of(runs["three"], 2), (0,), size="720p")
    assert scene.plan.panels[0].height > 350  # what is left over is theirs


@pytest.mark.parametrize(("size", "count"), [("480p", 4), ("720p", 2), ((480, 854), 1)])
def test_the_names_of_confused_classes_are_never_cut(size: Any, count: int, runs: Runs) -> None:
    entries = [Entry(f"try {n}", runs["kinds"][n % 3]) for n in range(count)]
    scene, _ = film_of("confusion", entries, (0,), size=size)
    texts = [text.get_text() for text in drawn_texts(scene.figure)]
    assert not any("\u2026" in text for text in texts)
    rows, lowest = math.ceil(count / scene.plan.columns), min(count, scene.plan.columns)
    is_whole = count == 1  # else numbers stand under columns, and beside rows
    assert all(texts.count(name) == rows + is_whole * lowest for name in KINDS)
    assert is_whole or texts.count("3") >= rows + lowest


def test_slices_move_in_every_panel_and_inputs_without_room_are_counted(runs: Runs) -> None:
    entries = entries_of(runs["sliced"], 2)
    whole, table = setting("slices", entries, size="480p")
    scene = scene_in(whole)
    assert isinstance(scene, GridScene)
    selection = FrameSelection(film=False, stills=frozenset({0, len(table) - 1}))
    drawn = comparison_frames(whole.comparison, table, 0, selection)
    first, last = (each.frame.copy() for each in drawn)
    for left, bottom, width, height in scene.plan.panels:
        area = np.s_[round(480 - bottom - height) : round(480 - bottom),
                     round(left) : round(left + width)]  # fmt: skip
        assert (first[area] != last[area]).any()
    assert not any("inputs" in text.get_text() for text in drawn_texts(scene.figure))
    scene, _ = film_of("slices", entries_of(runs["sliced"], 9), (0,), size="480p")
    assert "1 of 3 inputs" in {text.get_text() for text in drawn_texts(scene.figure)}


@pytest.mark.parametrize("name", ["moons", "table", "kinds"])
def test_a_panel_without_a_run_has_the_numbers_of_its_edge(name: str, runs: Runs) -> None:
    own = runs[name][0]
    seen = []
    for failing in (own, None):
        entries = [Entry(f"try {n}", own) for n in range(2)] + [Entry("none", failing, "stopped")]
        scene, _ = film_of(VIEWS[name][0], entries, (0,), size=(480, 854))
        assert scene.plan.columns < 3  # the last begins a row
        left, bottom = scene.plan.panels[2][:2]
        boxes = [(t.get_text(), t.get_window_extent()) for t in drawn_texts(scene.figure)]
        beside = [text for text, box in boxes if box.x1 < left]
        under = [text for text, box in boxes if bottom - 20 < (box.y0 + box.y1) / 2 < bottom]
        seen.append((sorted(beside), sorted(under)))
    assert all(seen[0]) and seen[0] == seen[1]


def test_heads_and_sentences_count_the_wrong_points(runs: Runs) -> None:
    entries = entries_of(runs["moons"], 3)
    whole, table = setting("regions", entries, interpolate=False)
    counts = []
    for run in runs["moons"]:
        points = PointClasses(run)
        predictions = [each.prediction for each in shown_snapshots(run, range(len(run)))]
        counts.append([int((points.of(each) != points.true).sum()) for each in predictions])
    fewest = [np.flatnonzero(np.array(row) == min(row)) for row in zip(*counts, strict=True)]
    scene = scene_in(whole)
    frames = range(len(table))
    leads = set()
    for state in states(entries, table, frames, whole.captions.at):
        scene.show(state)
        own = [row[at] for row, at in zip(counts, state.indices, strict=True)]
        texts = [text.get_text() for text in drawn_texts(scene.figure)]
        assert all(f"{wrong} wrong" in texts for wrong in own)
        at = state.indices[0]
        if "has the fewest wrong" in state.caption.text:
            (leader,) = fewest[at].tolist()
            assert state.caption.text.startswith(entries[leader].label)
            leads.add(leader)
    assert leads and state.caption != NO_CAPTION


def test_a_winner_is_called_as_its_job_says_and_marked_beside_nothing_else(runs: Runs) -> None:
    entries = [Entry(f"rate {RATES[n == 2]}, try {n}", runs["moons"][n == 2]) for n in range(4)]
    scene, shown = film_of("regions", entries, (-1,), theme="light", size="720p", hold_end=3)
    (state,) = shown
    scene.show(replace(state, seconds_at_end=1.0))
    with in_force():
        scene.figure.canvas.draw()
        assert state.caption.text.startswith("rate 0.05, try 2 ends with")
        lines = [each.get_window_extent() for each in scene.figure.artists if each.get_alpha() == 1]
        boxes = [each.get_window_extent() for each in drawn_texts(scene.figure)
                 if each.get_text().endswith(" wrong")]  # fmt: skip
    assert lines and boxes
    for line in lines:
        for box in boxes:
            # Digits end well below their line's box.
            is_over = line.x0 < box.x1 and box.x0 < line.x1 and box.y0 < line.y1
            assert not is_over or line.y0 > box.y0 + 0.8 * box.height


def test_runs_never_wear_the_colours_of_classes() -> None:
    for name in ("light", "dark", "chalkboard", "demo"):
        theme = comparison_theme(name)
        colours = identity_colours(16, theme, has_classes=True)
        assert colours[0] == theme.muted and not {*colours[:4]} & {*theme.classes}
