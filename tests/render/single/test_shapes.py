"""Pictures of data that aren't one curve: exact, legible, and showing what the record says."""

import base64
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest
from support.picture_rules import drawn_texts, faults, fixed_places
from support.program import Fitreel, train_here
from support.run_states import state_of

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.render.captions.run_captions import run_captions
from fitreel.render.captions.shape_sentences import TableErrors
from fitreel.render.film_settings import FilmSettings
from fitreel.render.handout.picture_sheet import picture_sheet
from fitreel.render.mpl.setup import in_force
from fitreel.render.plots.fit_axes import Order
from fitreel.render.plots.pictures.colours import target_of
from fitreel.render.plots.pictures.enlarged import Enlargement
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.single.layout.themed_layout import LEAST_ROWS
from fitreel.render.single.page_check import check_page
from fitreel.render.single.page_facts import facts_of_record
from fitreel.render.single.scene_choice import scene_of
from fitreel.render.single.shapes.curve_names import apart
from fitreel.render.single.states.run_state import RunState
from fitreel.render.text.translations import languages, translation_of
from fitreel.render.timing.epoch_axis import epoch_axis
from fitreel.render.timing.pace_settings import Pacing
from fitreel.render.timing.timeline import make_timeline

TINY = ("network.hidden=[8]", "network.activations=tanh", "train.optimizer=Adam", "train.lr=0.03",
        "train.epochs=60", "train.snapshot_every=6")  # fmt: skip
ROWS, COLUMNS = 6, 9


def _trained(folder: Path, name: str) -> Record:
    rng = np.random.default_rng(5)
    if name == "picture":
        pixels = rng.integers(0, 256, (ROWS, COLUMNS, 3), np.uint8)
        iio.imwrite(folder / "sea.png", pixels)
        return train_here(folder, *TINY, f"data.file={folder / 'sea.png'}")
    if name == "plane":
        return train_here(folder, *TINY, "data.function=heart", "data.grid=60", "data.points=40")
    if name == "curves":
        return train_here(folder, *TINY, 'data.function=["sin(3*x)", "x**2", "-x"]')
    x = rng.standard_normal((90, 4))
    y = 20 + 5 * x[:, 0] + 3 * x[:, 1] * x[:, 2]
    kinds = np.array(["low", "middle", "high"])[np.digitize(y, [17, 23])]
    lines = [
        ",".join([*(f"{v:.4f}" for v in (*row, value)), kind])
        for row, value, kind in zip(x, y, kinds, strict=True)
    ]
    (folder / "table.csv").write_text("\n".join(["age,heat,speed,mass,yield,kind", *lines]))
    inputs = 'data.inputs=["age", "heat", "speed", "mass"]'
    of = "data.label=kind" if name == "classes" else 'data.outputs=["yield"]'
    scaled = () if name == "classes" else ("data.standardize=true",)
    if name == "held":
        scaled += ("data.validation=0.3", 'train.metrics=["r2"]')
    return train_here(folder, *TINY, f"data.file={folder / 'table.csv'}", inputs, of, *scaled)


@pytest.fixture(scope="session")
def shaped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Record]:
    """Records by what they are of, each trained when it is asked for first."""

    class Records(dict[str, Record]):
        def __missing__(self, name: str) -> Record:
            self[name] = _trained(tmp_path_factory.mktemp(name), name)
            return self[name]

    return Records()


def settings_of(view: str | None, theme: str, size: object, **more: Any) -> Any:
    return FilmSettings(view=view, theme=theme, size=size, **more).picture  # type: ignore[arg-type]


def frames_of(run: Record, view: str | None) -> Iterator[RunState]:
    """Some snapshots, and what no training should give."""
    some = list(run.snapshots([0, 2, len(run) - 1], weights=view == "slices"))
    yield state_of(some[0], "It begins.")
    yield state_of(some[1], "It learns.", is_interpolated=True)
    wild = np.where(np.arange(some[1].prediction.size) % 7 == 0, np.nan, 40).reshape(
        some[1].prediction.shape
    )
    if not run.header.classes:
        yield state_of(replace(some[1], epoch=99_999, loss=1.5e9, prediction=wild), "It learns.")
    yield state_of(some[2], "It ends.", seconds_at_end=0.1)


@in_force()
def full_draw(scene: Any) -> np.ndarray:
    scene.figure.canvas.draw()
    return np.array(scene.figure.canvas.buffer_rgba())


VIEWS = [
    ("picture", "picture"), ("plane", "plane"), ("curves", "curves"), ("table", "scatter"),
    ("classes", "confusion"), ("table", "slices"), ("classes", "slices"),
]  # fmt: skip
LOOKS = [
    ("light", "720p", "en"), ("dark", (640, 480), "de"), ("paper", "square", "fr"),
    ("chalkboard", "vertical", "es"), ("demo", (200, 150), "en"),
]  # fmt: skip
ARRANGED = [
    pytest.param(*view, *look, marks=[] if (n + m) % 3 == 0 else pytest.mark.long)
    for n, view in enumerate(VIEWS) for m, look in enumerate(LOOKS)
]  # fmt: skip


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("name", "view", "theme", "size", "language"), ARRANGED)
def test_frames_are_full_draws_and_can_be_read(
    shaped: dict[str, Record], name: str, view: str, theme: str, size: object, language: str
) -> None:
    run = shaped[name]
    settings = settings_of(view, theme, size, language=language, title="What a network sees")
    said = ("It begins.", "It learns.", "It ends.")
    scene: Any = scene_of(run, settings, epoch_axis([run.epochs], Pacing(pace="path")), said)
    drawer = FrameDrawer(scene)
    assert not drawer.is_full
    places = None
    for state in frames_of(run, view):
        scene.show(state)
        frame = drawer.draw().copy()
        assert np.array_equal(frame, full_draw(scene)), state.snapshot.epoch
        places = places or fixed_places(scene.figure)
        assert places == fixed_places(scene.figure)
        if np.isfinite(state.snapshot.prediction).all() and theme != "demo":
            least = 14.0 if min(settings.pixels) >= 720 else 10.0
            cells = {"confusion"} & {view}
            found = [each for each in faults(scene.figure, theme, least)
                     if not (cells and "contrast" in each)]  # fmt: skip
            assert not found


LONG = "It learns: better than anything that is simple, loss more than 100 times lower."


@pytest.mark.parametrize(("name", "view", "panel"), [
    ("picture", "picture", "loss"), ("plane", "plane", "loss"), ("held", "scatter", "loss"),
    ("held", "slices", "metrics"),
])  # fmt: skip
def test_a_long_sentence_stands_clear_of_the_panels(
    shaped: dict[str, Record], name: str, view: str, panel: str
) -> None:
    run = shaped[name]
    settings = settings_of(view, "light", "720p", title="What a network sees", panels=(panel,))
    scene: Any = scene_of(run, settings, epoch_axis([run.epochs], Pacing(pace="path")), (LONG,))
    (snapshot,) = run.snapshots([2], weights=True)
    scene.show(state_of(snapshot, LONG, is_interpolated=True))
    full_draw(scene)
    sentence, *others = sorted(drawn_texts(scene.figure), key=lambda text: text.get_text() != LONG)
    top = sentence.get_window_extent().y1
    assert sentence.get_text() == LONG
    for text in others:
        box = text.get_window_extent()
        assert box.y0 > top - 5 or box.x0 > sentence.get_window_extent().x1, text.get_text()


@pytest.mark.parametrize(("size", "times"), [("720p", 8), ("square", 7), ("vertical", 12)])
def test_a_picture_takes_what_its_frame_has(
    tmp_path: Path, shaped: dict[str, Record], size: str, times: int
) -> None:
    iio.imwrite(tmp_path / "sea.png", np.random.default_rng(5).integers(0, 256, (64, 64, 3), "u1"))
    run = train_here(tmp_path, *TINY[:-2], "train.epochs=1", f"data.file={tmp_path / 'sea.png'}")
    said = ("It learns: better than any single colour.",)
    settings = settings_of(None, "light", size, title="A picture", subtitle="64 x 64 pixels")
    scene: Any = scene_of(run, settings, captions=said)
    (snapshot,) = run.snapshots([1])
    scene.show(state_of(snapshot, said[0]))
    colours = (np.clip(snapshot.prediction, 0, 1) * 255 + 0.5).astype(np.uint8)
    inside = colours.reshape(64, 64, 3)[1:-1, 1:-1]  # an outline lies on its edge
    enlarged = np.kron(inside, np.ones((times, times, 1), np.uint8))
    frame = full_draw(scene)[:, :, :3]
    corners = np.argwhere((frame == enlarged[0, 0]).all(2))
    parts = (frame[y : y + 62 * times, x : x + 62 * times] for y, x in corners)
    assert any(np.array_equal(part, enlarged) for part in parts)


def test_a_picture_stands_pixel_for_pixel_and_its_target_beside_it(
    shaped: dict[str, Record], tmp_path: Path, fitreel: Fitreel
) -> None:
    run = shaped["picture"]
    target = target_of(run)
    assert target is not None and target.shape == (ROWS * COLUMNS, 3)
    done = fitreel("render", str(run.path), "-o", str(tmp_path / "end.png"), "--set",
                   "film.theme=light", "--set", "film.size=720p")  # fmt: skip
    assert done.returncode == 0, done.stderr
    frame = iio.imread(tmp_path / "end.png")[:, :, :3]
    last = list(run.snapshots())[-1].prediction
    colours = (np.clip(last, 0, 1) * 255 + 0.5).astype(np.uint8).reshape(ROWS, COLUMNS, 3)
    assert _holds(frame, colours) is not None
    assert _holds(frame, (target * 255 + 0.5).astype(np.uint8).reshape(ROWS, COLUMNS, 3))


def _holds(frame: np.ndarray, picture: np.ndarray) -> int | None:
    """How many times enlarged a picture stands in a frame."""
    for times in range(80, 3, -1):
        large = np.repeat(np.repeat(picture, times, 0), times, 1)
        height, width = large.shape[:2]
        if height > frame.shape[0] or width > frame.shape[1]:
            continue
        corner = (frame == large[0, 0]).all(2)
        for y, x in np.argwhere(corner & ~np.roll(corner, 1, 0) & ~np.roll(corner, 1, 1)):
            part = frame[y : y + height, x : x + width]
            if part.shape == large.shape and np.array_equal(part, large):
                return times
    return None


def test_enlargements_are_whole_or_keep_the_mean() -> None:
    rng = np.random.default_rng(1)
    picture = rng.integers(0, 256, (10, 14, 3), np.uint8)
    whole = Enlargement.to_fit((10, 14), 80, 60)
    assert whole.size == (70, 50)
    assert np.array_equal(whole.of(picture)[::5, ::5, :3], picture)
    part = Enlargement.to_fit((10, 14), 25, 18)
    assert part.size == (24, 17) and part.of(picture).shape == (17, 24, 4)
    for room in range(3, 90):
        fitted = Enlargement.to_fit((10, 14), 1.4 * room, room)
        assert (
            Enlargement.of_size((10, 14), *fitted.size).of(picture).shape[:2] == (fitted.size[::-1])
        )
    small = Enlargement.to_fit((100, 140), 70, 50)
    large = rng.integers(0, 256, (100, 140, 3), np.uint8)
    assert small.size == (70, 50)
    assert abs(float(small.of(large)[..., :3].mean()) - float(large.mean())) < 1


@pytest.mark.parametrize("shape", [(512, 1), (512, 2), (400, 3), (300, 5)])
def test_a_narrow_picture_keeps_a_pixel_where_it_is_made_smaller(shape: tuple[int, int]) -> None:
    """Of fewer squares than there are in a pixel of the frame."""
    tall = np.full((*shape, 3), 90, np.uint8)
    for picture in (tall, tall.transpose(1, 0, 2)):
        rows, columns = picture.shape[:2]
        for room in (90, 130, 260, 395):
            fitted = Enlargement.to_fit((rows, columns), room, room)
            again = Enlargement.of_size((rows, columns), *fitted.size)
            assert again == fitted and min(fitted.size) >= 1
            assert (fitted.of(picture)[..., :3] == 90).all()
            assert np.allclose(fitted.averaged(picture[..., 0]), 90)


@pytest.mark.parametrize("quarters", range(1, 13))
def test_an_enlarged_pixel_is_the_mean_of_what_lies_in_it(quarters: int) -> None:
    """As by cutting each pixel into quarters, whichever way it is computed."""
    picture = np.random.default_rng(quarters).integers(0, 256, (9, 13, 3), np.uint8)
    fitted = Enlargement(9, 13, quarters)
    width, height = fitted.size
    fine = np.kron(picture, np.ones((quarters, quarters, 1), np.uint32))[: 4 * height, : 4 * width]
    total = fine.reshape(height, 4, width, 4, 3).sum((1, 3))
    shown = fitted.of(picture)
    assert np.array_equal(shown[..., :3], (total + 8) // 16) and (shown[..., 3] == 255).all()
    assert np.allclose(fitted.averaged(picture[..., 0]), total[..., 0] / 16)


def _numbers(scene: Any) -> list[str]:
    return [text.get_text() for text in drawn_texts(scene.figure)]


def test_a_matrix_counts_the_points_of_each_class(shaped: dict[str, Record]) -> None:
    run = shaped["classes"]
    scene: Any = scene_of(run, settings_of(None, "light", "720p"))
    last = list(run.snapshots())[-1]
    scene.show(state_of(last))
    taken = last.prediction.argmax(1)
    counts = [
        str(int(((run.y == row) & (taken == column)).sum()))
        for row in range(3) for column in range(3)
    ]  # fmt: skip
    texts = [text for text in drawn_texts(scene.figure) if text.get_text().isdigit()]
    cells = [text.get_text() for text in texts if text.get_horizontalalignment() == "center"]
    assert all(cells.count(each) >= counts.count(each) for each in counts)
    wrong = int((taken != run.y).sum())
    assert f"{wrong} of {len(run.y)}" in _numbers(scene)
    assert f"{(len(run.y) - wrong) * 100 // len(run.y)} % right" in _numbers(scene)


def test_a_table_says_its_typical_error_in_its_own_units(shaped: dict[str, Record]) -> None:
    run = shaped["table"]
    picture = settings_of(None, "light", "720p")
    words = translation_of("en")
    timeline = make_timeline(run.epochs, run.losses, Pacing(pace="path", interpolate=True))
    captions = run_captions(run, picture, timeline, words)
    last = list(run.snapshots())[-1]
    error = float(np.sqrt(np.mean((last.prediction - run.y) ** 2)))
    mean = float(np.asarray(run.y).std())
    scene: Any = scene_of(run, picture)
    scene.show(state_of(last))
    written = next(text for text in _numbers(scene) if text == f"{error:.1f}"
                   or text == f"{error:.2f}")  # fmt: skip
    said = captions.of_snapshot(len(run) - 1).text
    assert said.startswith(f"Typical error {written}; the mean alone gives {mean:.1f}"[:-1])
    assert "better than the mean alone" in " ".join(captions.texts())


PANELS = [
    ("picture", "picture", ("units", "loss"), "720p"),
    ("curves", "curves", ("error", "loss"), (640, 480)),
    ("classes", "confusion", ("weights", "loss"), "720p"),
    ("table", "scatter", ("loss", "weights"), "vertical"),
    ("plane", "plane", ("weights",), "square"), ("table", "slices", ("loss", "weights"), "720p"),
    ("plane", "plane", ("units", "error"), "720p"), ("curves", "curves", ("units",), "square"),
    ("picture", "picture", ("error",), "square"), ("picture", "picture", ("error", "loss"), "480p"),
]  # fmt: skip
QUICK = (0, 1, 6)


@pytest.mark.parametrize(("name", "view", "panels", "size"), [
    pytest.param(*each, marks=() if number in QUICK else pytest.mark.long)
    for number, each in enumerate(PANELS)
])  # fmt: skip
def test_panels_stand_beside_every_picture(
    shaped: dict[str, Record], name: str, view: str, panels: tuple[str, ...], size: object
) -> None:
    run = shaped[name]
    settings = settings_of(view, "light", size, panels=panels, title="Inside")
    scene: Any = scene_of(run, settings, epoch_axis([run.epochs], Pacing(pace="path")), ["It."])
    words = translation_of("en")
    drawer = FrameDrawer(scene)
    drawn = []
    for snapshot in run.snapshots([0, len(run) - 1], weights=True):
        scene.show(state_of(snapshot, "It."))
        drawn.append(drawer.draw().copy())
        assert np.array_equal(drawn[-1], full_draw(scene))
    assert not faults(scene.figure, "light", 14.0 if min(settings.pixels) >= 720 else 10.0)
    texts = _numbers(scene)
    own = {("plane", "error"): "panel_distance", ("picture", "error"): "field_error"}
    titles = [own.get((view, panel), f"panel_{panel}") for panel in panels if panel != "loss"]
    assert all(words.text(title) in texts for title in titles)


def _ys(scene: Any) -> list[list[float]]:
    """What the lines of panels are at now."""
    lines = (line for panel in scene._panels for line in panel.moving)
    return [np.round(np.asarray(line.get_ydata(), np.float64), 5).tolist() for line in lines]


def test_what_panels_show_of_a_curve_in_the_plane(shaped: dict[str, Record]) -> None:
    """A unit moves both outputs by what it puts out, times the length of its two weights."""
    run = shaped["plane"]
    scene: Any = scene_of(run, settings_of("plane", "light", "720p", panels=("units", "error")))
    (last,) = run.snapshots([len(run) - 1], weights=True)
    scene.show(state_of(last))
    assert last.weights is not None and run.truth is not None
    parts = np.split(np.asarray(last.weights, np.float64), [8, 16, 32])
    t = np.asarray(run.prediction_x, np.float64)
    out = parts[2].reshape(2, 8)
    moves = np.hypot(*out)[:, None] * np.tanh(parts[0][:, None] * t + parts[1][:, None])
    away = np.asarray(last.prediction, np.float64) - run.truth
    shown = _ys(scene)
    assert len(shown) == 9
    assert np.allclose(shown[8], np.hypot(*away.T), atol=1e-4)
    assert np.allclose(sorted(shown[:8]), sorted(moves.tolist()), atol=1e-4)


def test_curves_in_black_and_white_have_dashes_of_their_own(shaped: dict[str, Record]) -> None:
    for theme, different in (("paper", 3), ("light", 1)):
        scene: Any = scene_of(shaped["curves"], settings_of(None, theme, "720p"))
        lines = [line for axes in scene.figure.axes for line in axes.lines
                 if line.get_zorder() == Order.NETWORK and len(line.get_xdata()) > 3]  # fmt: skip
        assert len(lines) == 3
        assert len({str(line._unscaled_dash_pattern) for line in lines}) == different


def test_too_many_panels_are_refused_with_how_many(shaped: dict[str, Record]) -> None:
    settings = settings_of("scatter", "light", (400, 300), panels=("loss", "metrics", "weights"))
    with pytest.raises(BadInput, match="no room for 3 beside this picture in 400 x 300"):
        check_page(settings, facts_of_record(shaped["table"], "scatter"))


@pytest.mark.parametrize("name", [
    "curves", pytest.param("plane", marks=pytest.mark.long),
    pytest.param("picture", marks=pytest.mark.long),
])  # fmt: skip
def test_what_is_checked_before_a_training_is_what_is_drawn(
    shaped: dict[str, Record], name: str
) -> None:
    """What passes is drawn, however long what it says: its plots are lower then."""
    facts = facts_of_record(shaped[name], name)
    least = []
    for size in ("720p", "square"):
        for panels in (("units", "error"), ("units", "error", "loss", "weights", "metrics")):
            settings = settings_of(name, "light", size, panels=panels, title="Seen")
            if len(panels) > 2:
                with pytest.raises(BadInput, match="no room for"):
                    check_page(settings, facts)
                continue
            check_page(settings, facts)
            for text in ("It learns.", f"{LONG} {LONG}"):
                scene: Any = scene_of(shaped[name], settings, captions=[text])
                least.append(scene._layout.lowest / scene._themed.layout.types.tick)
    assert all(short >= LEAST_ROWS for short in least[::2])
    assert least[1] <= least[0]


@pytest.mark.parametrize(("name", "view"), [
    pytest.param(*each, marks=() if each[1] in ("curves", "confusion") else pytest.mark.long)
    for each in VIEWS
])  # fmt: skip
def test_a_page_shows_snapshots_with_what_each_is_of(
    shaped: dict[str, Record], name: str, view: str
) -> None:
    run = shaped[name]
    settings = settings_of(view, "light", "720p", title="A page", language="de")
    timeline = make_timeline(run.epochs, run.losses, Pacing())
    page = picture_sheet(run, settings, timeline, 2, 1, "svg").decode()
    assert [f">Epoche {epoch}<" in page for epoch in run.epochs[[0, -1]]] == [True, True]
    last = list(run.snapshots())[-1]
    if view == "confusion":
        wrong = int((last.prediction.argmax(1) != run.y).sum())
        assert f">falsch {wrong} von {len(run.y)}<" in page
    else:
        assert ">Verlust" in page
    pictures = re.findall(r"data:image/png;base64,([\w+/=\s]+)", page)
    frames = [iio.imread(base64.b64decode(each)) for each in pictures]
    assert len(frames) == 2 and not np.array_equal(*frames)
    cell = replace(settings, in_cell=True, pixels=frames[0].shape[1::-1], title=None)
    scene: Any = scene_of(run, cell)
    scene.show(state_of(list(run.snapshots(weights=view == "slices"))[-1]))
    full_draw(scene)
    # The page has edges of its own.
    found = [each for each in faults(scene.figure, "light", 14)
             if "contrast" not in each and "edge" not in each]  # fmt: skip
    assert not found
    width, height = cell.pixels
    boxes = [text.get_window_extent() for text in drawn_texts(scene.figure)]
    assert all(box.x0 >= 0 and box.x1 <= width for box in boxes)
    assert all(box.y0 >= -5 and box.y1 <= height + 5 for box in boxes)  # higher than letters


def test_a_table_is_judged_by_points_that_were_kept_aside(shaped: dict[str, Record]) -> None:
    run = shaped["held"]
    assert run.validation is not None
    y = np.asarray(run.validation[1], np.float64)
    # R² is recorded by the training: the error follows from it.
    errors = np.sqrt((1 - run.metrics["val_r2"]) * np.mean((y - y.mean()) ** 2))
    picture = settings_of(None, "light", "720p")
    scene: Any = scene_of(run, picture, epoch_axis([run.epochs], Pacing(pace="path")))
    drawer = FrameDrawer(scene)
    for index in (0, len(run) - 1):
        (snapshot,) = run.snapshots([index], weights=True)
        scene.show(state_of(snapshot))
        assert np.array_equal(drawer.draw(), full_draw(scene))
        written = _numbers(scene)
        assert {f"{errors[index]:.1f}", f"{errors[index]:.2f}"} & {*written}
    assert written.count("kept aside") == 3  # under the number, in the key, at the loss
    assert not faults(scene.figure, "light", 14.0)
    said = TableErrors(run, translation_of("en"))
    assert np.allclose(said.errors, errors, rtol=1e-3)
    best = int(np.argmin(errors[:-1]))
    said.errors[-1] = 1.2 * said.errors[best]
    caption = said.end(translation_of("en"))
    assert caption is not None and caption.text.endswith(f"at epoch {run.epochs[best]}.")


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(
    ("name", "view", "word"),
    [("picture", None, "colour"), ("plane", "plane", "point"), ("table", None, "mean")],
)
def test_sentences_measure_against_what_a_constant_is(
    shaped: dict[str, Record], name: str, view: str | None, word: str, language: str
) -> None:
    run = shaped[name]
    words = translation_of(language)
    timeline = make_timeline(run.epochs, run.losses, Pacing(pace="path", interpolate=True))
    picture = settings_of(view, "light", "720p", language=language)
    texts = run_captions(run, picture, timeline, words).texts()
    flat = {words.text("caption_better_flat"), words.text("caption_wait_flat")}
    own = [words.text(f"caption_{key}_{word}") for key in ("better", "wait", "height")]
    assert not flat & set(texts)
    assert any(text[:12] == each[:12] for text in texts for each in own)


def test_what_slices_need_is_said_before_any_training(tmp_path: Path, fitreel: Fitreel) -> None:
    job = tmp_path / "job.toml"
    job.write_text(
        '[data]\nfunction = "x1 + x2*x3"\n[network]\nfeatures = { name = "fourier", count = 4 }\n'
        '[film]\nview = "slices"\noutputs = ["a.png"]\n'
    )
    done = fitreel("run", str(job))
    assert done.returncode == 65 and "slices: network.features" in done.stderr
    assert not (tmp_path / "runs").exists()
    done = fitreel("run", str(job), "--set", "film.view=plane")
    assert done.returncode == 65 and "scatter or slices or numbers" in done.stderr


def test_slices_go_through_what_the_record_says(shaped: dict[str, Record]) -> None:
    from fitreel.render.network.recorded_network import Network

    for name in ("table", "classes", "curves"):
        run = shaped[name]
        last = list(run.snapshots(weights=True))[-1]
        assert last.weights is not None
        x = np.asarray(run.x, np.float64).reshape(len(run.x), -1)
        own = Network(run.header).prediction(last.weights, x)
        assert np.allclose(own, last.prediction.reshape(len(x), -1), rtol=1e-4, atol=1e-4)


def test_names_that_would_touch_stand_in_a_block() -> None:
    places = apart(np.array([50.0, 52.0, 10.0, 51.0]), 10.0, 0.0, 100.0)
    assert places.tolist() == [41.0, 61.0, 10.0, 51.0]
    assert apart(np.array([99.0, 98.0]), 10.0, 0.0, 100.0).tolist() == [100.0, 90.0]


def test_a_view_that_does_not_fit_names_those_that_do(shaped: dict[str, Record]) -> None:
    run = shaped["picture"]
    with pytest.raises(BadInput, match="picture or scatter or slices"):
        scene_of(run, settings_of("plane", "light", "720p"))
