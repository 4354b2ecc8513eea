"""Two inputs: a field of numbers, and regions of classes."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from contourpy import contour_generator
from matplotlib.lines import Line2D
from matplotlib.text import Text
from support.full_draws import assert_full_draws
from support.picture_rules import drawn_texts, faults
from support.program import Fitreel, train_here
from support.run_states import state_of

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.render.captions.classes.class_yardsticks import class_yardsticks
from fitreel.render.captions.run_captions import run_captions, run_hold_seconds
from fitreel.render.field_grid import FieldGrid, PointValues, log_field
from fitreel.render.film_settings import FilmSettings
from fitreel.render.interpolated_snapshots import snapshots_at
from fitreel.render.mpl.setup import in_force
from fitreel.render.mpl.theme import load_theme
from fitreel.render.page.type_sizes import type_sizes
from fitreel.render.plots.fields.contours import level_lines
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.single.page_check import check_page
from fitreel.render.single.page_facts import facts_of_record
from fitreel.render.single.run_scene import RunScene
from fitreel.render.single.scene_choice import scene_of
from fitreel.render.single.states.run_state import RunState, film_states
from fitreel.render.text.translations import languages, translation_of
from fitreel.render.timing.timeline import Timeline, make_timeline
from fitreel.render.view import view_of

SMALL = (
    "data.points=60", "data.grid=24", "network.hidden=[6]", "network.activations=tanh",
    "train.optimizer=Adam", "train.lr=0.05", "train.snapshot_every=2",
)  # fmt: skip


@pytest.fixture(scope="module")
def moons(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return train_here(
        tmp_path_factory.mktemp("moons"), *SMALL, "data.function=moons", "train.epochs=80"
    )


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """Moons, a quarter of whose points are kept aside."""
    return train_here(
        tmp_path_factory.mktemp("held"), *SMALL, "data.function=moons", "train.epochs=20",
        "data.validation=0.25",
    )  # fmt: skip


@pytest.fixture(scope="module")
def clouds(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """Six of them: with shapes, and more names than fit."""
    return train_here(
        tmp_path_factory.mktemp("clouds"), *SMALL, "data.function=gaussians", "data.classes=6",
        "train.epochs=20",
    )  # fmt: skip


@pytest.fixture(scope="module")
def peaks(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return train_here(
        tmp_path_factory.mktemp("peaks"), *SMALL, "data.function=peaks", "train.epochs=40"
    )


@pytest.fixture(scope="module")
def strewn(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """A field of scaled numbers, a quarter of whose points are kept aside."""
    return train_here(
        tmp_path_factory.mktemp("strewn"), *SMALL, "data.function=peaks", "train.epochs=20",
        "data.validation=0.25", "data.standardize=true",
    )  # fmt: skip


def film_of(run: Record, **film: object) -> tuple[RunScene, Timeline, Iterator[RunState]]:
    short = {"duration": 3, "fps": 10, "hold_start": 0.2, "hold_end": 1.2}
    settings = FilmSettings(**short | film)  # type: ignore[arg-type]
    picture = settings.picture
    words = translation_of(picture.language, picture.words)
    timeline = make_timeline(run.epochs, run.losses, settings.pacing())
    captions = run_captions(run, picture, timeline, words)
    scene = scene_of(run, picture, timeline.axis, captions.texts())
    weights = "units" in picture.panels
    plans = film_states(run, timeline, captions, weights=weights)
    return scene, timeline, (plan.state for plan in plans)  # type: ignore[return-value]


@pytest.fixture(scope="module")
def disc(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """Two classes by a formula."""
    return train_here(
        tmp_path_factory.mktemp("disc"), *SMALL, "data.function=heaviside(x**2+y**2-0.5,1)",
        "data.classes=2", "train.epochs=20",
    )  # fmt: skip


LOOKS = [
    ("moons", {"theme": "light", "size": "720p", "title": "Moons", "subtitle": "200"}),
    ("moons", {"theme": "dark", "size": (640, 480), "panels": ("units", "loss")}),
    ("moons", {"theme": "demo", "size": "vertical", "title": "Moons"}),
    ("clouds", {"theme": "paper", "size": "square", "title": "Six"}),
    ("clouds", {"theme": "light", "size": "480p", "panels": ("metrics", "loss")}),
    ("moons", {"theme": "light", "size": "720p", "panels": ("units", "loss", "metrics")}),
    ("held", {"theme": "light", "size": "square", "title": "Aside"}),
    ("held", {"theme": "dark", "size": (640, 480), "title": "Aside"}),
    ("strewn", {"theme": "dark", "size": "vertical", "title": "Aside"}),
    ("peaks", {"theme": "dark", "size": "720p", "title": "Peaks"}),
    ("peaks", {"theme": "chalkboard", "size": (640, 480), "title": "Peaks"}),
    ("peaks", {"theme": "light", "size": (200, 150)}),
    ("moons", {"theme": "dark", "size": (200, 150), "title": "Moons"}),
    ("disc", {"theme": "dark", "size": "480p", "title": "A disc", "panels": ("error", "loss")}),
]


@pytest.mark.parametrize(("name", "film"), LOOKS)
def test_frames_are_a_full_draw(
    name: str, film: dict[str, object], request: pytest.FixtureRequest
) -> None:
    scene, _, states = film_of(request.getfixturevalue(name), **film)
    assert_full_draws(scene, states, every=6)


@pytest.mark.parametrize(("name", "film"), LOOKS)
def test_no_text_is_over_another_or_cut(
    name: str, film: dict[str, object], request: pytest.FixtureRequest
) -> None:
    scene, _, states = film_of(request.getfixturevalue(name), **film)
    size = FilmSettings(size=film["size"]).pixels  # type: ignore[arg-type]
    shown = list(states)
    longest = max(shown, key=lambda state: len(state.caption.text))
    for state in (shown[0], replace(longest, is_interpolated=True), shown[-1]):
        scene.show(state)
        with in_force():
            scene.figure.canvas.draw()
            assert not faults(scene.figure, str(film["theme"]), type_sizes(size).least)
        assert not [text for text in drawn_texts(scene.figure) if "…" in text.get_text()]


def test_what_is_checked_before_a_training_is_what_is_drawn(
    request: pytest.FixtureRequest, moons: Record
) -> None:
    for name, film in LOOKS:
        run = request.getfixturevalue(name)
        settings = FilmSettings(**film).picture  # type: ignore[arg-type]
        check_page(settings, facts_of_record(run, view_of(run, None)))
    crowded = FilmSettings(theme="light", size=(400, 300), panels=("units", "loss", "metrics"))
    with pytest.raises(BadInput, match="no room for 3 beside a field of 400 x 300"):
        check_page(crowded.picture, facts_of_record(moons, "regions"))


@pytest.mark.parametrize("text", ["It learns: better than any flat surface, loss 50 times lower."])
def test_a_long_sentence_is_whole_beside_a_quiet_word(strewn: Record, text: str) -> None:
    for size in ("vertical", "square", (640, 480)):
        picture = FilmSettings(theme="light", size=size, title="Aside").picture  # type: ignore[arg-type]
        scene = scene_of(strewn, picture, captions=(text,))
        snapshot = next(strewn.snapshots([3]))
        scene.show(replace(state_of(snapshot, text), is_interpolated=True))  # type: ignore[arg-type]
        texts = [each.get_text() for each in drawn_texts(scene.figure)]
        assert text in " ".join(texts) and any("interpolated" in each for each in texts)


def test_the_error_of_classes_is_what_others_than_the_true_one_have(disc: Record) -> None:
    picture = FilmSettings(theme="light", size="720p", panels=("error",)).picture
    scene: Any = scene_of(disc, picture)
    (last,) = disc.snapshots([len(disc) - 1])
    scene.show(state_of(last))
    (panel,) = scene._panels
    x, y = np.asarray(disc.prediction_x, np.float64).T
    true = (x**2 + y**2 >= 0.5).astype(int)
    wrong = 1 - last.prediction[np.arange(len(true)), true]
    own = panel._of(FieldGrid(disc).field(last.prediction))
    assert np.allclose(np.sort(own.ravel()), np.sort(wrong), atol=1e-5)
    assert "0 to 1" in [text.get_text() for text in drawn_texts(scene.figure)]


def test_a_pair_of_fields_ends_where_the_points_do(peaks: Record) -> None:
    whole, cut = FieldGrid(peaks), FieldGrid(peaks, around=[peaks])
    last = next(peaks.snapshots([len(peaks) - 1])).prediction
    for number, places in enumerate((cut.x, cut.y)):
        points = peaks.x[:, number]
        assert places[0] <= points.min() < places[1] and places[-2] < points.max() <= places[-1]
    rows = np.isin(whole.y, cut.y)
    columns = np.isin(whole.x, cut.x)
    assert not rows.all() and not columns.all()
    assert np.array_equal(cut.field(last), whole.field(last)[rows][:, columns])
    scene, _, _ = film_of(peaks, theme="light", size="720p")
    assert any(np.allclose(axes.get_xlim(), cut.x[[0, -1]]) for axes in scene.figure.axes)


def wrong_points(run: Record, prediction: np.ndarray) -> int:  # type: ignore[type-arg]
    """By four neighbours of each point, written out."""
    rows, columns = run.header.grid_shape
    logs = np.log(np.maximum(prediction.reshape(rows, columns, -1).astype(np.float64), 1e-20))
    grid = run.prediction_x.reshape(rows, columns, 2)
    x, y = grid[0, :, 0], grid[:, 0, 1]
    wrong = 0
    for (a, b), number in zip(run.x, run.y, strict=True):
        j = min(max(int(np.searchsorted(x, a, "right")) - 1, 0), columns - 2)
        i = min(max(int(np.searchsorted(y, b, "right")) - 1, 0), rows - 2)
        s, t = (a - x[j]) / (x[j + 1] - x[j]), (b - y[i]) / (y[i + 1] - y[i])
        low = (1 - s) * logs[i, j] + s * logs[i, j + 1]
        high = (1 - s) * logs[i + 1, j] + s * logs[i + 1, j + 1]
        wrong += int(((1 - t) * low + t * high).argmax() != number)
    return wrong


def test_the_number_of_wrong_points_is_the_pictures(moons: Record) -> None:
    scene, _, states = film_of(moons, theme="light", size="720p")
    seen = set()
    for state in states:
        scene.show(state)
        texts = [text.get_text() for text in scene.figure.findobj(Text)]
        count = wrong_points(moons, state.snapshot.prediction)
        assert str(count) in texts
        percent = int(100 * (60 - count) / 60)
        assert f"of 60: {percent} % right" in texts
        seen.add(count)
    assert len(seen) > 3


def test_points_kept_aside_are_told_apart(held: Record) -> None:
    scene, _, states = film_of(held, theme="light", size="720p")
    scene.show(list(states)[-1])
    texts = [text.get_text() for text in scene.figure.findobj(Text)]
    assert texts.count("kept aside") == 2  # the points, and the path of their loss
    hollow = [
        line.get_xydata() for line in scene.figure.findobj(Line2D)
        if line.get_markerfacecolor() == load_theme("light").axes and line.get_marker() == "o"
    ]  # fmt: skip
    assert held.validation is not None
    places = np.concatenate([each for each in hollow if len(each) > 1])
    assert sorted(places.tolist()) == sorted(held.validation[0].tolist())


def states_in(run: Record, language: str) -> list[RunState]:
    """A whole film in a language, undrawn."""
    settings = FilmSettings(theme="light", language=language)
    words = translation_of(language, {})
    pacing = settings.pacing(sentences=lambda: run_hold_seconds(run, settings.picture, words))
    timeline = make_timeline(run.epochs, run.losses, pacing)
    captions = run_captions(run, settings.picture, timeline, words)
    return [plan.state for plan in film_states(run, timeline, captions)]


@pytest.mark.parametrize(("name", "least"), [("moons", 4), ("clouds", 3), ("held", 2)])
def test_every_sentence_is_true_of_its_frames(
    name: str, least: int, request: pytest.FixtureRequest
) -> None:
    run: Record = request.getfixturevalue(name)
    count = len(run.header.classes)
    sticks = class_yardsticks(run.x, run.y, count)
    assert sticks.cut is not None
    guess, cut, total = sticks.guess, sticks.cut, len(run.y)
    cuts = "straight cut" if count == 2 else "straight cuts"
    truths: dict[str, Callable[[int], bool]] = {
        f"Better than any {cuts}.": lambda wrong: wrong < cut,
        f"Hardly better than the best {cuts}.": lambda wrong: 0.9 * cut < wrong < cut,
        f"Better than a guess, not than {'a ' * (count == 2)}{cuts}.":
            lambda wrong: cut <= wrong < guess,
        "Hardly better than a guess.": lambda wrong: 0.9 * guess < wrong < guess,
        "No better than a guess.": lambda wrong: wrong >= guess,
        "Untrained: no better than a guess.": lambda wrong: wrong >= guess,
        f"All {total} points on their own side.": lambda wrong: wrong == 0,
        f"One of {total} stays on the wrong side.": lambda wrong: wrong == 1,
        "": lambda wrong: True,
    }  # fmt: skip
    said = set()
    for state in states_in(run, "en"):
        text, wrong = state.caption.text, wrong_points(run, state.snapshot.prediction)
        said.add(text)
        number = re.match(r"(?:Untrained: )?(\d+) of ", text)
        assert int(number[1]) == wrong if number else truths[text](wrong), (text, wrong)
    assert len(said) >= least


def test_the_best_cut_is_the_best() -> None:
    random = np.random.default_rng(3)
    x = random.normal(size=(60, 2))
    classes = (x[:, 0] + 0.3 * x[:, 1] > 0.1).astype(np.int64)
    classes[:7] = 1 - classes[:7]
    sticks = class_yardsticks(x, classes, 2)
    assert sticks.cut is not None and sticks.cut <= 7
    for angle in np.linspace(0, np.pi, 60):  # no cut that is tried here leaves fewer
        along = np.cos(angle) * x[:, 0] + np.sin(angle) * x[:, 1]
        for at in along:
            wrong = int(((along > at) != (classes == 1)).sum())
            assert min(wrong, 60 - wrong) >= sticks.cut


def test_fields_go_in_straight_lines_between_snapshots(peaks: Record) -> None:
    _, timeline, _ = film_of(peaks, theme="light", size="720p")
    at = timeline.axis.places(peaks.epochs)
    own = np.stack([each.prediction for each in peaks.snapshots()])
    clock = peaks.epochs.astype(np.float64)
    frame = 0
    for shown in snapshots_at(peaks, clock, timeline.times, timeline.axis):
        place = timeline.axis.places(timeline.times[frame])
        after = min(int(np.searchsorted(at, place, "right")), len(at) - 1)
        share = np.clip((place - at[after - 1]) / (at[after] - at[after - 1]), 0, 1)
        straight = (1 - share) * own[after - 1] + share * own[after]
        np.testing.assert_allclose(shown.snapshot.prediction, straight, atol=2e-5)
        frame += shown.frames


def test_rings_come_and_go_gently_but_stills_are_whole(moons: Record) -> None:
    """A ring fades in over a fifth of a second; what it rings is that of the frame."""
    scene, _, states = film_of(moons, theme="light", size="720p")
    first = next(states)
    grid = FieldGrid(moons)
    scene.show(first)
    points, classes = PointValues(grid, moons.x), np.asarray(moons.y, np.int64)
    wrong = points.wrong(log_field(grid.field(first.snapshot.prediction)), classes)
    turned = first.snapshot.prediction[:, ::-1].copy()
    assert first.seconds is not None
    drawer = FrameDrawer(scene)
    whole = drawer.draw().copy()
    scene.show(replace(first, seconds=first.seconds + 0.05,
                       snapshot=replace(first.snapshot, prediction=turned)))  # fmt: skip
    half = drawer.draw().copy()
    scene.show(replace(first, seconds=None, snapshot=replace(first.snapshot, prediction=turned)))
    still = drawer.draw().copy()
    assert 0 < wrong.sum() < len(wrong)
    assert not np.array_equal(half, still) and not np.array_equal(half, whole)


@pytest.mark.parametrize("language", languages())
def test_sentences_of_classes_are_in_every_language(moons: Record, language: str) -> None:
    english = {"Better", "Hardly", "wrong"}
    texts = {state.caption.text for state in states_in(moons, language)}
    assert len(texts) > 2
    assert language == "en" or not english & {word for text in texts for word in text.split()}


@pytest.mark.parametrize("view", ["fit", "field"])
def test_a_view_that_does_not_fit_is_refused_with_those_that_do(moons: Record, view: str) -> None:
    picture = FilmSettings(theme="light", view=view).picture  # type: ignore[arg-type]
    with pytest.raises(BadInput, match=r"film.view: .*regions"):
        scene_of(moons, picture)


def test_it_is_refused_before_training(fitreel: Fitreel) -> None:
    done = fitreel("run", "--set", "data.function=moons", "--set", "film.view=field",
                   "--set", "train.epochs=2")  # fmt: skip
    assert done.returncode == 65
    assert "regions" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("hole", [False, True])
def test_contour_lines_are_those_of_contourpy(hole: bool) -> None:
    """Also around what is no number."""
    x, y = np.linspace(-1, 1, 9), np.linspace(0, 3, 7)
    field = np.random.default_rng(3).standard_normal((7, 9)).astype(np.float32)
    if hole:
        field[2:4, 5] = np.nan, np.inf
    grid: Any = SimpleNamespace(mesh=np.meshgrid(x, y))
    lines: Any = contour_generator(x, y, np.ma.masked_invalid(field), line_type="Separate")
    levels = [-0.5, 0.0, 0.7]
    expected = [line for level in levels for line in lines.lines(level)]
    drawn = level_lines(grid, field, levels)
    assert len(drawn) == len(expected) > 3
    assert all(map(np.array_equal, drawn, expected))
