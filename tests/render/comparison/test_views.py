"""Comparisons of what is no curve: full draws, nothing over another, sentences true, refusals."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from support.picture_rules import drawn_texts, faults
from support.program import train_here

from fitreel.model.record.reader import Record
from fitreel.render.captions.caption import NO_CAPTION
from fitreel.render.comparison.frames import scene_in
from fitreel.render.comparison.grid.grid_scene import GridScene
from fitreel.render.comparison.pacing import paced, timetable_of
from fitreel.render.comparison.page.page_plan import SMALLEST_TEXT
from fitreel.render.comparison.page.setting import Setting, setting_of
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.comparison.states import states
from fitreel.render.comparison_picture import ComparisonPicture, Entry
from fitreel.render.film_settings import FilmSettings
from fitreel.render.mpl.setup import in_force
from fitreel.render.point_predictions import PointClasses
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.shown_snapshots import shown_snapshots
from fitreel.render.timing.comparison_timetable import Timetable
from fitreel.render.view import ViewName

SMALL = (
    "data.points=40", "data.grid=20", "network.hidden=[6]", "network.activations=tanh",
    "train.optimizer=Adam", "train.snapshot_every=4", "train.epochs=40",
)  # fmt: skip
VIEWS: dict[str, tuple[ViewName, tuple[str, ...]]] = {
    "moons": ("regions", ("data.function=moons",)),
    "clouds": ("regions", ("data.function=gaussians", "data.classes=6")),
    "peaks": ("field", ("data.function=peaks",)),
}
"""Of each set of runs its view, and its jobs."""
RATES = ("0.002", "0.05", "0.2")
Runs = dict[str, list[Record]]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Three runs of each kind, trained once."""
    folder = tmp_path_factory.mktemp("views")
    return {
        name: [train_here(folder, *SMALL, *job, f"train.lr={rate}") for rate in RATES]
        for name, (_, job) in VIEWS.items()
    }


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
    return scene, states(entries, table, numbers, whole.captions.at)


LOOKS: list[tuple[str, int, dict[str, Any]]] = [
    ("moons", 2, {"theme": "light", "size": "480p", "subtitle": "40 points"}),
    ("peaks", 3, {"theme": "demo", "size": (640, 480)}),
    ("moons", 5, {"theme": "dark", "size": (640, 480)}),
    ("moons", 3, {"theme": "demo", "size": "square"}),
    ("clouds", 4, {"theme": "paper", "size": "vertical", "language": "de"}),
    ("clouds", 16, {"theme": "chalkboard", "size": "720p", "language": "fr"}),
]


@pytest.mark.parametrize(("name", "count", "film"), LOOKS[:2])
def test_frames_are_a_full_draw(name: str, count: int, film: dict[str, Any], runs: Runs) -> None:
    scene, shown = film_of(VIEWS[name][0], entries_of(runs[name], count), **film)
    drawer = FrameDrawer(scene)
    assert not drawer.is_full
    for number, state in enumerate(shown):
        scene.show(state)
        frame = drawer.draw()
        if number % 8 == 0:
            kept = frame.copy()
            with in_force():
                scene.figure.canvas.draw()
            assert np.array_equal(kept, np.asarray(scene.figure.canvas.buffer_rgba()))  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "count", "film"), LOOKS)
def test_no_text_is_over_another_or_cut(
    name: str, count: int, film: dict[str, Any], runs: Runs
) -> None:
    scene, shown = film_of(VIEWS[name][0], entries_of(runs[name], count), (0, -1), **film)
    for state in shown:
        for each in (state, replace(state, seconds_at_end=1.0)):
            scene.show(each)
            with in_force():
                scene.figure.canvas.draw()
            assert not faults(scene.figure, str(film["theme"]), SMALLEST_TEXT)


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
            (leader,) = fewest[at]
            assert state.caption.text.startswith(entries[int(leader)].label.capitalize()[:1]) or (
                state.caption.text.startswith(entries[int(leader)].label)
            )
            leads.add(int(leader))
    assert state.caption != NO_CAPTION and str(min(own)) in state.caption.text
    assert table.indices[0, 0] == 0


def test_runs_never_wear_the_colours_of_classes(runs: Runs) -> None:
    for theme in ("light", "dark", "chalkboard", "demo"):
        whole, _ = setting("regions", entries_of(runs["clouds"], 4), theme=theme)
        own = whole.page.theme
        assert whole.colours[0] == own.muted and not {*whole.colours} & {*own.classes}
