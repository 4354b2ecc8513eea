"""The lecture hall's picture: exact, nothing over anything else, every character there."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text
from support.program import Fitreel, train_here

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.film_settings import FilmSettings
from fitreel.render.geometry import unit_height
from fitreel.render.mpl.theme import THEMES
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.single.scene_choice import scene_of
from fitreel.render.single.themed_layout import SMALLEST_TYPE
from fitreel.render.single.themed_scene import ThemedScene

ALL = ("loss", "residuals", "units", "error", "weights", "gradients")
# A covering set: each theme, kind of size, and number of panels.
LOOKS = [
    *(pytest.param(*look, marks=pytest.mark.long) for look in (
        ("demo", "480p", ("loss",), {}),
        ("demo", (640, 480), (), {"title": "A title"}),
        ("light", "720p", ("loss", "units"), {"title": "Learning $y = x^3$", "caption": "SGD"}),
        ("dark", "square", ("residuals", "error", "loss"), {"subtitle": "32 units"}),
        ("paper", (640, 480), ("units", "gradients"), {}),
    )),
    ("chalkboard", "vertical", ("loss", "weights"), {"title": "Title", "subtitle": "Sub"}),
    ("paper", "1080p", (), {"caption": "a caption that says a little more than the others"}),
    ("dark", "720p", ALL, {"title": "All of them"}),
    ("light", "720p", ("error", "residuals", "units"), {"transparent": True}),
]  # fmt: skip


def scene(run: Record, theme: str, size: object, panels: tuple[str, ...],
          more: dict[str, object]) -> ThemedScene:  # fmt: skip
    settings = FilmSettings(theme=theme, size=size, panels=panels, truth=True, **more).picture  # type: ignore[arg-type]
    found = scene_of(run, settings)
    assert isinstance(found, ThemedScene)
    return found


def shown(run: Record) -> list[Snapshot]:
    """Some of its snapshots, and what no training should give."""
    some = list(run.snapshots([0, 1, len(run) - 1], weights=True))
    wild = some[1]
    many = np.where(np.arange(len(wild.prediction)) % 7 == 0, np.nan, wild.prediction * 40)
    gone = np.full_like(wild.prediction, np.inf)
    assert wild.weights is not None
    weights = wild.weights.copy()
    weights[::5] = np.nan
    return [
        *some,
        Snapshot(99_999_995, 1.2345e12, 1.0, many.astype(np.float32), weights, None),
        Snapshot(100_000_000, float("nan"), 1.0, gone, wild.weights, None),
        some[1],
    ]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("theme", "size", "panels", "more"), LOOKS)
def test_fast_frames_are_full_draws(
    short_run: Record, theme: str, size: object, panels: tuple[str, ...], more: dict[str, object]
) -> None:
    ours, plain = (scene(short_run, theme, size, panels, more) for _ in range(2))
    drawer = FrameDrawer(ours)
    assert not drawer.is_full
    for snapshot in shown(short_run):
        for each in (ours, plain):
            each.show(snapshot, "δ reached at epoch 55")
        plain.figure.canvas.draw()
        full = np.asarray(plain.figure.canvas.buffer_rgba())  # type: ignore[attr-defined]
        assert np.array_equal(drawer.draw(), full), snapshot.epoch


LANGUAGES = ("en", "de", "fr", "es")


def is_quick(panels: int, language: str, number: int) -> bool:
    """The fuller arrangements, each in one of the languages."""
    return panels in (4, 6) and language == LANGUAGES[number // 4 % 4]


# Each size with each number of panels, the languages in turn; themes change little of it.
ARRANGED = [
    pytest.param(
        THEMES[number % len(THEMES)], size, ALL[-count:] if count else (), language,
        marks=[] if is_quick(count, language, number) else pytest.mark.long,
    )
    for number, (size, count, language) in enumerate(
        itertools.product(
            ["480p", (640, 480), "square", "vertical"], [0, 1, 2, 3, 4, 6], LANGUAGES
        )
    )
]  # fmt: skip


@pytest.mark.parametrize(("theme", "size", "panels", "language"), ARRANGED)
def test_no_text_lies_over_another_or_leaves_the_frame(
    short_run: Record, theme: str, size: object, panels: tuple[str, ...], language: str
) -> None:
    headings = {"title": r"Area $\int_0^1 \frac{x^2}{2}\,dx$ of it", "caption": "a caption"}
    more = {"language": language} | (headings if len(panels) < 6 else {})
    found = scene(short_run, theme, size, panels, more)
    found.show(next(short_run.snapshots([3], weights=True)), "δ reached at epoch 55")
    found.figure.canvas.draw()
    width, height = found.figure.canvas.get_width_height()
    drawn = [text for text in found.figure.findobj(Text) if text.get_text().strip()]
    drawn = [text for text in drawn if text.axes is None or text in _ticks(text.axes)]
    boxes = [(text.get_text(), text.get_window_extent()) for text in drawn]
    for label, box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height, label
    for number, (label, box) in enumerate(boxes):
        for other, place in boxes[:number]:
            apart = (
                box.x0 >= place.x1 - 1 or place.x0 >= box.x1 - 1
                or box.y0 >= place.y1 - 1 or place.y0 >= box.y1 - 1
            )  # fmt: skip
            assert apart, (label, other)
    smallest = SMALLEST_TYPE * unit_height((width, height)) * 0.99
    for text in drawn:
        assert text.get_fontsize() * found.figure.dpi / 72 >= smallest, text.get_text()
    panes = [axes.get_window_extent() for axes in found.figure.axes]
    for pane in panes:
        assert pane.x0 >= 0 and pane.y0 >= 0 and pane.x1 <= width and pane.y1 <= height
        assert pane.width >= 5 * smallest and pane.height >= 3 * smallest
    for one, other in itertools.combinations(panes, 2):
        assert one.x0 >= other.x1 or other.x0 >= one.x1 or one.y0 >= other.y1 or other.y0 >= one.y1
    for label, box in boxes:
        for axes in found.figure.axes:
            inside = axes.get_window_extent()
            over = min(box.x1, inside.x1) - max(box.x0, inside.x0)
            along = min(box.y1, inside.y1) - max(box.y0, inside.y0)
            assert over <= 1 or along <= 1, f"{label} over axes"


@pytest.mark.parametrize(
    "size", ["480p", pytest.param("square", marks=pytest.mark.long), "vertical"]
)
def test_a_title_may_have_several_lines(short_run: Record, size: str) -> None:
    lines = ["One line", "and $y = x^3$", "and a third"]
    headings = {"title": "\n".join(lines), "caption": "first\nsecond"}
    found = scene(short_run, "light", size, ("loss",), headings)
    found.show(next(short_run.snapshots([3])))
    found.figure.canvas.draw()
    texts = {text.get_text(): text for text in found.figure.texts}
    boxes = [texts[line].get_window_extent() for line in [*lines, "first", "second"]]
    height = found.figure.canvas.get_width_height()[1]
    assert boxes[0].y1 <= 0.99 * height and boxes[-1].y0 >= 0.01 * height
    for above, below in itertools.pairwise(boxes):
        assert above.y0 >= below.y1 - 1
    sizes = {texts[line].get_fontsize() for line in lines}
    assert len(sizes) == 1


def test_words_beside_mathematics_are_measured_in_their_own_font(
    short_run: Record, caplog: pytest.LogCaptureFixture
) -> None:
    assert scene(short_run, "light", "480p", (), {"title": "\u2336 of $x^2$"})
    assert "does not have a glyph" not in caplog.text


def test_too_many_lines_are_refused_by_name(short_run: Record) -> None:
    with pytest.raises(BadInput, match=r"film\.subtitle: .*854 x 480"):
        scene(
            short_run,
            "light",
            "480p",
            (),
            {"title": "A", "subtitle": "\n".join("abcdefghijkl" * 2)},
        )


@pytest.mark.parametrize(
    "size", ["480p", pytest.param("square", marks=pytest.mark.long), "vertical"]
)
def test_numbers_at_the_axes_say_enough(short_run: Record, size: str) -> None:
    found = scene(short_run, "light", size, ALL, {})
    found.figure.canvas.draw()
    for axes in found.figure.axes[:-2]:  # less the strips, which have none
        low, high = sorted(axes.get_ylim())
        shown = [
            label.get_window_extent()
            for label, at in zip(axes.get_yticklabels(), axes.get_yticks(), strict=True)
            if low <= at <= high and label.get_text()
        ]
        assert len(shown) >= 2
        for below, above in itertools.pairwise(shown):
            assert above.y0 - below.y0 >= 1.2 * below.height


def test_the_point_on_the_loss_curve_is_seen_whole(short_run: Record) -> None:
    found = scene(short_run, "light", "480p", ("loss",), {})
    axes = found.figure.axes[1]
    left, right = axes.get_xlim()
    first, last = short_run.epochs[[0, -1]]
    for at in (first, last):
        assert left < at < right
        middle = axes.transData.transform((at, 1.0))[0]
        box = axes.get_window_extent()
        assert box.x0 + 4 <= middle <= box.x1 - 4


def test_most_weights_have_strong_colours(short_run: Record) -> None:
    found = scene(short_run, "light", "480p", ("weights",), {})
    found.show(next(short_run.snapshots([len(short_run) - 1], weights=True)))
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
    found.show(next(run.snapshots([1], weights=True)))
    found.figure.canvas.draw()
    for axes in found.figure.axes:
        low, high = sorted(axes.get_ylim())
        for label, at in zip(axes.get_yticklabels(), axes.get_yticks(), strict=True):
            box = label.get_window_extent()
            if not low <= at <= high:
                continue
            assert box.x0 >= 0 and "e" not in label.get_text()
            for other in found.figure.axes:
                inside = other.get_window_extent()
                if other is not axes and inside.y0 < box.y1 and box.y0 < inside.y1:
                    assert box.x1 <= inside.x0 or box.x0 >= inside.x1, label.get_text()


def _ticks(axes: object) -> list[Text]:
    return [*axes.get_xticklabels(), *axes.get_yticklabels()]  # type: ignore[attr-defined]


@pytest.mark.parametrize("panel", ["weights", "gradients"])
def test_every_weight_is_seen(short_run: Record, panel: str) -> None:
    found = scene(short_run, "light", "480p", (panel,), {})
    found.show(next(short_run.snapshots([3], weights=True)))
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
    found.show(snapshot)
    lines = found.figure.axes[1].lines
    assert np.allclose(lines[-1].get_ydata(), snapshot.prediction, atol=1e-5)
    bias = np.asarray(lines[-1].get_ydata()) - sum(
        np.asarray(line.get_ydata()) for line in lines[:-1]
    )
    assert np.ptp(bias) < 1e-5, "all 32 units are there"
