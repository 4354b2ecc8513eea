"""The lecture hall's picture: exact, nothing over anything else, every character there."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text
from support.picture_rules import drawn_texts, faults, fixed_places
from support.program import Fitreel, train_here
from support.run_states import state_of

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.captions.caption import Caption
from fitreel.render.film_settings import FilmSettings
from fitreel.render.mpl.theme import THEMES, load_theme
from fitreel.render.page.type_sizes import type_sizes
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.single.layout.themed_page import Parts, themed_page
from fitreel.render.single.scene_choice import scene_of
from fitreel.render.single.states.run_state import RunState
from fitreel.render.single.themed_scene import ThemedScene
from fitreel.render.text.translations import translation_of
from fitreel.render.timing.epoch_axis import epoch_axis
from fitreel.render.timing.pace_settings import Pacing

ALL = ("loss", "residuals", "units", "error", "weights", "gradients")
SENTENCES = (
    "Untrained: a flat line. Loss: the mean of the squared gaps.",
    "It bends: better than any straight line, loss more than 5 times lower.",
    "Diverged from epoch 55 on.",
)
SUBTITLE = "1–32–32–1 (ReLU, sigmoid)  ·  SGD, learning rate 0.05  ·  100 noisy points"
# A covering set: each theme, kind of size, and number of panels.
LOOKS = [
    *(pytest.param(*look, marks=pytest.mark.long) for look in (
        ("demo", "480p", ("loss",), {}),
        ("demo", (640, 480), (), {"title": "A title"}),
        ("light", "720p", ("loss", "units"), {"title": "Learning $y = x^3$", "caption": "SGD"}),
        ("dark", "square", ("residuals", "error", "loss"), {"subtitle": "32 units"}),
        ("paper", (640, 480), ("units", "gradients"), {}),
        ("light", (160, 90), (), {"title": "Tiny"}),
    )),
    ("chalkboard", "vertical", ("loss", "weights"), {"title": "Title", "subtitle": "Sub"}),
    ("paper", "1080p", (), {"caption": "a caption that says a little more than the others"}),
    ("dark", "720p", ALL, {"title": "All of them"}),
    ("light", "720p", ("loss",), {"title": "Learning $y = x^3$", "subtitle": SUBTITLE}),
    ("light", "720p", ("error", "residuals", "units"), {"transparent": True}),
]  # fmt: skip


def scene(run: Record, theme: str, size: object, panels: tuple[str, ...],
          more: dict[str, object]) -> ThemedScene:  # fmt: skip
    settings = FilmSettings(theme=theme, size=size, panels=panels, truth=True, **more).picture  # type: ignore[arg-type]
    axis = epoch_axis([run.epochs], Pacing(pace="path"))
    found = scene_of(run, settings, axis, SENTENCES)
    assert isinstance(found, ThemedScene)
    return found


def shown(run: Record) -> Iterator[RunState]:
    """Some of its snapshots, and what no training should give."""
    some = list(run.snapshots([0, 1, len(run) - 1], weights=True))
    wild = some[1]
    many = np.where(np.arange(len(wild.prediction)) % 7 == 0, np.nan, wild.prediction * 40)
    gone = np.full_like(wild.prediction, np.inf)
    assert wild.weights is not None
    weights = wild.weights.copy()
    weights[::5] = np.nan
    yield state_of(some[0], SENTENCES[0])
    yield state_of(some[1], Caption(SENTENCES[0], 0.4), is_interpolated=True)
    yield state_of(some[2], SENTENCES[1], seconds_at_end=0.1)
    far = Snapshot(99_999_995, 1.2345e12, 1.0, many.astype(np.float32), weights, None)
    yield state_of(far, Caption(SENTENCES[2], is_warning=True))
    lost = Snapshot(100_000_000, float("nan"), 1.0, gone, wild.weights, None)
    yield state_of(lost, Caption(SENTENCES[2], 0.7, True))
    yield state_of(some[1], "")


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("theme", "size", "panels", "more"), LOOKS)
def test_fast_frames_are_full_draws(
    short_run: Record, theme: str, size: object, panels: tuple[str, ...], more: dict[str, object]
) -> None:
    ours, plain = (scene(short_run, theme, size, panels, more) for _ in range(2))
    drawer = FrameDrawer(ours)
    assert not drawer.is_full
    for state in shown(short_run):
        for each in (ours, plain):
            each.show(state)
        plain.figure.canvas.draw()
        full = np.asarray(plain.figure.canvas.buffer_rgba())  # type: ignore[attr-defined]
        assert np.array_equal(drawer.draw(), full), state.snapshot.epoch


LANGUAGES = ("en", "de", "fr", "es")
SIZES = ("480p", "720p", (640, 480), "square", "vertical", (1920, 800), (300, 200))
COUNTS = (0, 1, 2, 3, 4, 6)


def is_quick(number: int) -> bool:
    """About one of seven arrangements, each size and number of panels among them."""
    return number % 7 == number // len(COUNTS) % 7


ARRANGED = [
    pytest.param(
        THEMES[1:][number % 4], size, ALL[:count] if number % 2 else ALL[-count:][:count],
        LANGUAGES[number % len(LANGUAGES)], number % 3,
        marks=[] if is_quick(number) else pytest.mark.long,
    )
    for number, (size, count) in enumerate(itertools.product(SIZES, COUNTS))
]  # fmt: skip
HEADINGS: tuple[dict[str, object], ...] = (
    {},
    {"title": "A small network learns $y = x^3$", "subtitle": SUBTITLE},
    {
        "title": r"How a small network of two hidden layers finds the area $\int_0^1 x^2\,dx$",
        "subtitle": "so it is",
        "caption": "what a job says itself",
    },
)


@pytest.mark.parametrize(("theme", "size", "panels", "language", "headings"), ARRANGED)
def test_every_text_can_be_read_in_every_frame(
    short_run: Record,
    theme: str,
    size: object,
    panels: tuple[str, ...],
    language: str,
    headings: int,
) -> None:
    """No two overlap, none is clipped, small or pale, and what may not move doesn't."""
    more = HEADINGS[headings] | {"language": language}
    found = scene(short_run, theme, size, panels, more)
    last = len(short_run) - 1
    least = type_sizes(found.figure.canvas.get_width_height()).least
    fixed: list[object] = []
    for index, sentence in ((0, SENTENCES[0]), (3, SENTENCES[1]), (last, SENTENCES[2])):
        snapshot = next(short_run.snapshots([index], weights=True))
        found.show(state_of(snapshot, sentence, is_interpolated=index == 3))
        found.figure.canvas.draw()
        assert faults(found.figure, theme, least) == []
        places = fixed_places(found.figure)
        places += [
            text.get_window_extent().extents.tolist()
            for text in drawn_texts(found.figure)
            if text not in found.moving
        ]
        assert fixed in ([], places)
        fixed = places


def texts_of(found: ThemedScene) -> dict[str, Text]:
    return {text.get_text(): text for text in found.figure.texts if text.get_text()}


def box_of(found: ThemedScene, text: str) -> Any:
    return texts_of(found)[text].get_window_extent()


def test_the_numbers_stand_still_as_their_digits_change(short_run: Record) -> None:
    found = scene(short_run, "light", "720p", ("loss",), {"title": "A"})
    lefts = set()
    for index in range(0, len(short_run), 3):
        found.show(state_of(next(short_run.snapshots([index]))))
        found.figure.canvas.draw()
        words = [text for text in found.moving if isinstance(text, Text)]
        numbers = [text for text in words if text.get_text().replace(".", "").isdigit()]
        lefts.add(tuple(text.get_position() for text in numbers))
    assert len(lefts) == 1 and len(lefts.pop()) == 2
    page_widths = {len(number.get_text()) for number in numbers}
    assert page_widths


def test_the_places_at_720p_are_those_of_the_specification(short_run: Record) -> None:
    found = scene(
        short_run, "light", "720p", ("loss",), {"title": "A small network", "subtitle": SUBTITLE}
    )
    found.show(state_of(next(short_run.snapshots([3])), SENTENCES[1]))
    found.figure.canvas.draw()
    fit, loss = (axes.get_window_extent() for axes in found.figure.axes)
    assert 720 - fit.y1 == pytest.approx(124, abs=3) and 720 - fit.y0 == pytest.approx(602, abs=3)
    assert 0.5 <= fit.width / 1280 <= 0.58
    assert fit.x0 == pytest.approx(box_of(found, "A small network").x0, abs=4)
    assert fit.x0 == pytest.approx(box_of(found, SENTENCES[1]).x0, abs=4)
    assert loss.x1 == pytest.approx(1280 - 64, abs=1)
    assert loss.width >= 250 and loss.height >= 122
    assert box_of(found, "epoch").x0 == pytest.approx(1280 - 64 - 320, abs=3)
    assert box_of(found, "network").x0 == pytest.approx(fit.x1 + 8, abs=2)


def test_a_long_title_breaks_then_shrinks_then_takes_a_third_line() -> None:
    words = "How a network of two hidden layers slowly finds its way to the cubic of the data "

    def lines(text: str) -> list[Text]:
        settings = FilmSettings(theme="light", size="720p", title=text.strip()).picture
        themed = themed_page(settings, load_theme("light"), translation_of("en", {}), Parts())
        themed.headings.write()
        return themed.page.figure.texts

    sizes = []
    for repeats, count in ((0.4, 1), (1, 2), (1.6, 2), (2.4, 3)):
        broken = lines((words * 3)[: int(repeats * len(words))])
        assert len(broken) == count, repeats
        sizes.append(broken[0].get_fontsize())
    assert sizes[0] == sizes[1] > sizes[2] > sizes[3]
    assert sizes[3] == pytest.approx(sizes[0] * 4 / 6)
    with pytest.raises(BadInput, match=r"film\.title: too long"):
        lines(words * 5)


def test_a_formula_in_the_title_has_the_colour_of_the_truth(short_run: Record) -> None:
    found = scene(short_run, "chalkboard", "720p", (), {"title": "It learns $y = x^3$ here"})
    theme = load_theme("chalkboard")
    colours = {text: to_hex(artist.get_color()) for text, artist in texts_of(found).items()}
    assert colours["$y = x^3$"] == theme.truth != colours["It learns "] == colours[" here"]


def test_sentences_of_a_film_have_one_size_and_warn_in_their_colour(short_run: Record) -> None:
    found = scene(short_run, "light", (640, 480), (), {})
    snapshot = next(short_run.snapshots([1]))
    sizes = set()
    for sentence in SENTENCES:
        found.show(state_of(snapshot, Caption(sentence, is_warning=sentence == SENTENCES[2])))
        sizes.add(texts_of(found)[sentence].get_fontsize())
    assert len(sizes) == 1
    assert to_hex(texts_of(found)[SENTENCES[2]].get_color()) == load_theme("light").warning
    found.show(state_of(snapshot, Caption(SENTENCES[0], 0.25)))
    assert texts_of(found)[SENTENCES[0]].get_alpha() == 0.25


def test_without_sentences_the_fit_has_their_room(short_run: Record) -> None:
    heights = []
    for captions in ((), SENTENCES):
        settings = FilmSettings(theme="light", size="720p").picture
        found = scene_of(short_run, settings, None, captions)
        heights.append(found.figure.axes[0].get_window_extent().height)
    assert heights[0] > heights[1] + 20


@pytest.mark.parametrize("size", ["720p", "square"])
def test_what_finds_no_place_stands_in_a_key(tmp_path: Path, size: str) -> None:
    """A cloud so wide that nothing is free in it."""
    run = train_here(tmp_path, "train.epochs=30", "data.noise=1.5", "data.points=1500")
    found = scene(run, "light", size, ("loss",), {"title": "A", "subtitle": SUBTITLE})
    assert found.notes and "key" in found.notes[0]
    found.show(state_of(next(run.snapshots([3])), SENTENCES[1]))
    found.figure.canvas.draw()
    assert faults(found.figure, "light", 14) == []
    assert "data" in texts_of(found) or "true function" in texts_of(found)


def test_panels_that_have_no_room_are_refused_with_how_many_fit(short_run: Record) -> None:
    with pytest.raises(BadInput, match=r"film\.panels: .*6 panels in 400 x 200, where \d fit"):
        scene(short_run, "light", (400, 200), ALL, {"title": "One\nTwo\nThree"})


def test_a_small_frame_has_title_readouts_and_curve_alone(short_run: Record) -> None:
    found = scene(short_run, "dark", (160, 90), ("loss",), {"title": "A curve"})
    found.show(state_of(next(short_run.snapshots([3])), SENTENCES[0]))
    found.figure.canvas.draw()
    assert len(found.figure.axes) == 1 and SENTENCES[0] not in texts_of(found)
    assert {"A curve", "epoch", "loss"} <= set(texts_of(found))
    assert faults(found.figure, "dark", 10) == []
    with pytest.raises(BadInput, match=r"film\.size 64 x 48: too small for epoch"):
        scene(short_run, "dark", (64, 48), (), {})


@pytest.mark.parametrize("size", ["480p", "vertical"])
def test_texts_may_have_several_lines(short_run: Record, size: str) -> None:
    lines = ["One line", "and more", "and a third"]
    headings = {"title": "\n".join(lines), "caption": "first\nsecond"}
    found = scene(short_run, "light", size, ("loss",), headings)
    found.show(state_of(next(short_run.snapshots([3])), SENTENCES[0]))
    found.figure.canvas.draw()
    assert SENTENCES[0] not in texts_of(found), "a job's own caption stands all film"
    boxes = [box_of(found, line) for line in [*lines, "first", "second"]]
    for above, below in itertools.pairwise(boxes):
        assert above.y0 >= below.y1 - 0.25 * below.height


def test_words_beside_mathematics_are_measured_in_their_own_font(
    short_run: Record, caplog: pytest.LogCaptureFixture
) -> None:
    assert scene(short_run, "light", "480p", (), {"title": "\u2336 of $x^2$"})
    assert "does not have a glyph" not in caplog.text


def test_too_many_lines_are_refused_by_name(short_run: Record) -> None:
    texts = {"title": "A", "subtitle": "\n".join("abcdefghijkl" * 2)}
    with pytest.raises(BadInput, match=r"film\.(sub)?title: .*854 x 480"):
        scene(short_run, "light", "480p", (), texts)


def test_most_weights_have_strong_colours(short_run: Record) -> None:
    found = scene(short_run, "light", "480p", ("weights",), {})
    found.show(state_of(next(short_run.snapshots([len(short_run) - 1], weights=True))))
    image = next(image for axes in found.figure.axes for image in axes.images)
    values = np.abs(np.ma.filled(image.get_array(), np.nan))
    assert np.nanmedian(values) > 0.2 * image.get_clim()[1]


@pytest.mark.parametrize(
    ("function", "size"),
    [
        ("1000000*x**2", "480p"),
        ("1e-7*x", "vertical"),
        ("x + 123456", "480p"),
        pytest.param("1000000*x**2", "vertical", marks=pytest.mark.long),
        pytest.param("1e-7*x", "480p", marks=pytest.mark.long),
        pytest.param("x + 123456", "vertical", marks=pytest.mark.long),
    ],
)
def test_wide_numbers_at_the_axes_have_room(tmp_path: Path, function: str, size: str) -> None:
    run = train_here(tmp_path, "train.epochs=20", f"data.function='{function}'", "train.lr=1e-9")
    found = scene(run, "light", size, ("units", "error", "residuals", "loss"), {"title": "A"})
    found.show(state_of(next(run.snapshots([1], weights=True))))
    found.figure.canvas.draw()
    assert faults(found.figure, "light", type_sizes(FilmSettings(size=size).pixels).least) == []
    numbers = [label.get_text() for label in drawn_texts(found.figure)]
    assert not any(re.fullmatch(r"[0-9.,−-]*e[0-9+−-]+", number) for number in numbers)


@pytest.mark.parametrize("panel", ["weights", "gradients"])
def test_every_weight_is_seen(short_run: Record, panel: str) -> None:
    found = scene(short_run, "light", "480p", (panel,), {})
    found.show(state_of(next(short_run.snapshots([3], weights=True))))
    image = next(image for axes in found.figure.axes for image in axes.images)
    weights, biases = 32 + 32 * 32 + 32, 32 + 32 + 1
    assert np.isfinite(image.get_array()).sum() >= weights + biases
    left, right, bottom, top = image.get_extent()
    axes = image.axes
    assert axes is not None
    assert axes.get_xlim() == (left, right) and axes.get_ylim() == (bottom, top)


def test_a_larger_frame_looks_the_same(short_run: Record) -> None:
    small, large = (
        scene(short_run, "light", size, ("loss",), {}) for size in ((960, 540), (3840, 2160))
    )
    for one, other in zip(small.figure.axes, large.figure.axes, strict=True):
        assert np.allclose(one.get_position().bounds, other.get_position().bounds, atol=0.004)
    sizes = [
        {text.get_text(): text.get_fontsize() for text in each.figure.texts if text.get_text()}
        for each in (small, large)
    ]
    assert sizes[0].keys() == sizes[1].keys()
    for key, value in sizes[0].items():
        assert sizes[1][key] == pytest.approx(value, rel=0.05)


@pytest.mark.parametrize(
    ("setting", "code", "word"),
    [
        ("film.theme=drak", 65, "dark"),
        ("film.theme=mine.toml", 65, "mine.toml"),
        ("film.language=klingon", 65, "film.language"),
        ("film.font=No Such Font", 69, "No Such Font"),
        ('film.panels=["losses"]', 65, "film.panels"),
        ('film.panels=["loss","loss"]', 65, "twice"),
        ("film.title='$x^$'", 65, "film.title"),
        ("film.title='" + "long " * 80 + "'", 65, "too long"),
        ("film.title='\U0001f600'", 65, "film.title"),
        ("film.words={ epok = 'x' }", 65, "epoch"),
        ("film.size=[9000,100]", 65, "film.size"),
    ],
)
def test_what_cant_be_drawn_is_refused(
    fitreel: Fitreel, short_run: Record, tmp_path: Path, setting: str, code: int, word: str
) -> None:
    film = tmp_path / "film.mp4"
    done = fitreel("render", str(short_run.path), "-o", str(film), "--set", setting)
    if "\U0001f600" in setting:  # where a font here has it, it can be drawn
        assert done.returncode in (0, 65, 69)
        return
    assert done.returncode == code and word in done.stderr, done.stderr
    assert not film.exists()


def test_a_theme_of_ones_own(fitreel: Fitreel, short_run: Record, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('base = "dark"\nprediction = "#00ff00"\n')
    done = fitreel("render", str(short_run.path), "-o", "a.png", "--set", "film.theme=mine.toml")
    assert done.returncode == 0, done.stderr
    (tmp_path / "mine.toml").write_text('base = "dark"\nprediction = "#ff0000"\n')
    again = fitreel("render", str(short_run.path), "-o", "a.png", "--set", "film.theme=mine.toml")
    assert "up to date" not in again.stdout, "its content decides, not its name"
    assert "contrast" not in again.stderr
    (tmp_path / "mine.toml").write_text('base = "dark"\nticks = "#30353f"\n')
    weak = fitreel("render", str(short_run.path), "-o", "a.png", "--set", "film.theme=mine.toml")
    assert weak.returncode == 0 and "mine.toml: ticks on background: contrast" in weak.stderr


def test_a_panel_without_its_numbers_says_what_to_train_with(tmp_path: Path) -> None:
    run = train_here(tmp_path, "train.epochs=6", "network.hidden=[200, 200]")
    for panel in ("units", "weights", "gradients"):
        with pytest.raises(BadInput, match=rf"film\.panels: {panel}: .*10,000"):
            scene_of(run, PictureSettings(panels=(panel,)))
    (tmp_path / "points.csv").write_text("x,y\n0,1\n1,2\n2,3\n")
    run = train_here(tmp_path, "train.epochs=6", f"data.file='{tmp_path}/points.csv'")
    with pytest.raises(BadInput, match=r"error: .*data\.function"):
        scene_of(run, PictureSettings(panels=("error",)))
    assert scene_of(run, PictureSettings(panels=("loss", "residuals")))


def test_units_add_up_to_the_curve(short_run: Record) -> None:
    found = scene(short_run, "light", "720p", ("units",), {})
    snapshot = next(short_run.snapshots([7], weights=True))
    found.show(state_of(snapshot))
    count = len(snapshot.prediction)
    lines = [line for line in found.figure.axes[1].lines if len(line.get_xdata()) == count]
    assert np.allclose(lines[-1].get_ydata(), snapshot.prediction, atol=1e-5)
    bias = np.asarray(lines[-1].get_ydata()) - sum(
        np.asarray(line.get_ydata()) for line in lines[:-1]
    )
    assert np.ptp(bias) < 1e-5, "all 32 units are there"
