"""Comparison clips: legible at every size, and byte for byte full matplotlib draws."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import imageio.v3
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.record.writer import RecordWriter, begin, new_header
from fitreel.render.comparison.frames import comparison_frames, scene_of
from fitreel.render.comparison.grid.grid_plan import arrangement
from fitreel.render.comparison.pacing import held, timetable_of
from fitreel.render.comparison.page.page_plan import SMALLEST_TEXT
from fitreel.render.comparison.ranking.card import RankingCard
from fitreel.render.comparison.ranking.duration import closing_frames
from fitreel.render.comparison.ranking.rows import Row, ranking
from fitreel.render.comparison.readability import check_comparison
from fitreel.render.comparison.states import states
from fitreel.render.comparison_picture import ComparisonPicture, Entry, Layout
from fitreel.render.mpl.pixel_layout import Page, drawable
from fitreel.render.mpl.ticks import linear_ticks
from fitreel.render.output.output import Output
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.pipeline.film import selection_of, write_frames
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.timing.comparison_timetable import Clock

X = np.linspace(-1, 1, 40, dtype=np.float32)


def recorded(
    folder: Path,
    predictions: Sequence[NDArray[Any]],
    losses: Sequence[float],
    *,
    every: int = 10,
    ending: Any = "complete",
    at: int = 0,
    y: NDArray[Any] = X**3,
    pace: float = 1e-3,
) -> Record:
    """A run folder with these snapshots."""
    header = new_header("test", "0" * 64, {}, network="none", layout={"weight": (1153,)})
    run = begin(folder, header, {"x": X, "y": y.astype(np.float32)})
    recorder = RecordWriter(run, {})
    for i, (prediction, loss) in enumerate(zip(predictions, losses, strict=True)):
        recorder.add(Snapshot(i * every, loss, pace * i * every, prediction.astype(np.float32)))
    recorder.finish(ending, at or every * len(predictions))
    return Record(folder)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    """Six runs that converge, end early, diverge, or never began. Read only."""
    folder = tmp_path_factory.mktemp("runs")
    noise = 0.1 * np.random.default_rng(0).standard_normal(len(X))
    made = []
    for kind in range(6):
        done = 1 - np.exp(-np.arange(12 - kind) * (0.2 + 0.1 * kind))
        predictions = [d * X**3 + 0.2 * (1 - d) for d in done]
        losses = (0.5 * (1 - done) + 0.01).tolist()
        options: dict[str, Any] = {}
        if kind == 2:
            options = {"ending": "delta", "at": 987654}
        if kind == 3:
            predictions = [X * 10.0**i for i in range(9)]
            losses = [10.0 ** (4 * i) for i in range(9)]
            options = {"ending": "diverged", "at": 98765}
        if kind == 5:
            predictions, losses, options = [], [], {"ending": "diverged", "at": 0}
        y = X**3 + noise if kind != 4 else 0.9 - X**2
        made.append(recorded(folder / str(kind), predictions, losses, y=y, **options))
    return made


LABELS = [
    "lr 0.01, SGD", "lr 0.05, Adam", "ReLU", "hidden [64, 64, 64], activations [tanh, tanh, tanh]",
    "$x$ _ und \\alpha, ρυθμός\n0.1", "sigmoid",
]  # fmt: skip


def entries_of(runs: Sequence[Record], count: int, failed: bool = True) -> list[Entry]:
    entries = [Entry(LABELS[i % 6], runs[i % 6]) for i in range(count)]
    if failed and count > 2:
        entries[2] = Entry("lr 5", None, "train.lr: the loss is not finite at epoch 0; " * 5)
    return entries


def comparison_of(
    entries: Sequence[Entry], size: tuple[int, int], theme: str = "demo", **options: Any
) -> ComparisonPicture:
    return ComparisonPicture(entries, PictureSettings(pixels=size, theme=theme), **options)


def full_draw(figure: Figure) -> NDArray[np.uint8]:
    canvas: Any = figure.canvas
    canvas.draw()
    return np.array(canvas.buffer_rgba())


def written(figure: Figure) -> list[tuple[Text, Bbox]]:
    """All texts that are drawn, and where."""
    canvas: Any = figure.canvas
    renderer = canvas.get_renderer()
    texts: list[Text] = []
    for axes in figure.axes:
        texts += [*axes.get_xticklabels(), *axes.get_yticklabels(), *axes.texts]
    texts += figure.texts
    return [
        (t, t.get_window_extent(renderer))
        for t in texts
        if t.get_text() and t.get_visible() and t.get_alpha() != 0
    ]


def check_legible(figure: Figure, size: tuple[int, int]) -> None:
    """Nothing is cut off, no text lies on another or on another's axes, none is too small."""
    texts = written(figure)
    for text, box in texts:
        assert box.x0 >= 0 and box.y0 >= 0, text
        assert box.x1 <= size[0] and box.y1 <= size[1], text
        pixels = float(text.get_fontsize()) * figure.dpi / 72
        assert pixels >= SMALLEST_TEXT - 0.01, text
    for number, (text, box) in enumerate(texts):
        for other, its in texts[number + 1 :]:
            inside = min(box.x1, its.x1) - max(box.x0, its.x0)
            along = min(box.y1, its.y1) - max(box.y0, its.y0)
            # A box has room for marks above letters and tails below them.
            spare = 0.33 * min(t.get_fontsize() for t in (text, other)) * figure.dpi / 72
            assert inside <= 0.5 or along <= spare, (text, other)
        for axes in figure.axes:  # within an axes, or clear of it
            frame = axes.bbox
            overlap = box.x0 < frame.x1 - 1 and box.x1 > frame.x0 + 1
            overlap = overlap and box.y0 < frame.y1 - 1 and box.y1 > frame.y0 + 1
            spare = 0.33 * text.get_fontsize() * figure.dpi / 72
            inside_frame = box.x0 >= frame.x0 and box.x1 <= frame.x1
            inside_frame = (
                inside_frame and box.y0 >= frame.y0 - spare and box.y1 <= frame.y1 + spare
            )
            assert not overlap or inside_frame, (text, box, frame)
    for one, two in pairwise(sorted(figure.axes, key=lambda axes: (axes.bbox.y0, axes.bbox.x0))):
        assert (
            one.bbox.x1 <= two.bbox.x0 or one.bbox.y1 <= two.bbox.y0 or two.bbox.x1 <= one.bbox.x0
        )


SIZES = [(640, 480), (1920, 1080), (1080, 1920), (1080, 1080)]


LONG = pytest.mark.long
# The smallest and the narrowest: what fits there fits in the others.
EACH_SIZE = [SIZES[0], pytest.param(SIZES[1], marks=LONG), SIZES[2],
             pytest.param(SIZES[3], marks=LONG)]  # fmt: skip


@pytest.mark.parametrize("size", EACH_SIZE)
@pytest.mark.parametrize("layout", ["grid", "overlay"])
@pytest.mark.parametrize("counts", [(5, 16), pytest.param((1, 2, 4, 7, 9, 64), marks=LONG)])
def test_everything_is_legible(
    runs: list[Record], size: tuple[int, int], layout: Layout, counts: tuple[int, ...]
) -> None:
    for count in counts:
        if layout == "grid" and count > 16:
            continue
        loss_panel, clock = count in (2, 5, 9, 64), ("time" if count in (4, 9, 16) else "epoch")
        comparison = comparison_of(
            entries_of(runs, count), size, layout=layout, clock=clock, loss_panel=loss_panel
        )
        try:
            check_comparison(comparison)
        except BadInput:
            assert size == (640, 480) and count >= 9 and loss_panel, (size, count)
            continue
        table = held(timetable_of(comparison.entries, comparison.clock), 40)
        scene = scene_of(comparison, table)
        last = len(table) - 1
        for state in states(comparison.entries, table, [0, last]):
            scene.show(state)
            check_legible(scene.figure, size)


@pytest.mark.parametrize("size", EACH_SIZE)
@pytest.mark.parametrize("count", [*(pytest.param(n, marks=LONG) for n in (1, 2, 6, 256)), 16, 17])
def test_the_ranking_is_legible(runs: list[Record], size: tuple[int, int], count: int) -> None:
    rows = ranking(entries_of(runs, count))
    scene = RankingCard(rows, PictureSettings(size), "the seed varies data and network; " * 3)
    check_legible(scene.figure, size)
    texts = [text.get_text() for text, _ in written(scene.figure)]
    assert any("… and" in text for text in texts) == (count > 16)


def test_a_ranking_of_odd_rows_is_legible() -> None:
    rows = [
        Row(1, "é" * 300, 1e-30, 10**7, 1e6, 10**9, "δ reached at 10000000"),
        Row(None, "", float("nan"), None, None, None, "failed: " + "because " * 40),
    ]
    for size in SIZES[::2]:
        check_legible(RankingCard(rows, PictureSettings(size), "").figure, size)


CASES: list[tuple[int, tuple[int, int], Layout, Clock, bool, bool, str]] = [
    (1, (640, 480), "grid", "epoch", False, False, "demo"),
    (6, (854, 480), "grid", "time", True, False, "chalkboard"),
    (16, (1280, 720), "grid", "epoch", False, False, "demo"),
    (5, (720, 1280), "overlay", "epoch", True, False, "paper"),
    (16, (1280, 720), "overlay", "time", False, False, "light"),
    (20, (854, 480), "overlay", "epoch", True, False, "demo"),
    (20, (854, 480), "overlay", "epoch", False, True, "dark"),
    (6, (854, 480), "grid", "epoch", True, True, "light"),
]


# Each layout, clock, and what is beside the panels; the fullest of its kind.
QUICK_CASES = (CASES[1], CASES[3], CASES[6], CASES[7])


@pytest.mark.parametrize(
    "case", [case if case in QUICK_CASES else pytest.param(case, marks=LONG) for case in CASES]
)
def test_frames_are_full_draws(runs: list[Record], case: Any) -> None:
    count, size, layout, clock, loss_panel, is_grouped, theme = case
    entries = entries_of(runs, count, failed=count != 6)
    if is_grouped:
        entries = [replace(entry, group=f"lr {n % 2}") for n, entry in enumerate(entries)]
    table = held(timetable_of(entries, clock), 40)
    comparison = comparison_of(
        entries, size, theme, layout=layout, clock=clock, loss_panel=loss_panel,
    )  # fmt: skip
    scene = scene_of(comparison, table)
    drawer = FrameDrawer(scene)
    assert not drawer.is_full
    # The first, the last as it comes, and in the middle and at the end of the table's turn.
    frames = [0, len(table) // 2, len(table) - 40, len(table) - 30, len(table) - 1]
    for state in [*states(entries, table, frames), *states(entries, table, [2])]:
        scene.show(state)
        assert np.array_equal(drawer.draw(), full_draw(scene.figure)), state.time


hostile = st.one_of(
    st.floats(-2, 2, width=32),
    st.floats(width=32),
    st.sampled_from([np.nan, np.inf, -np.inf, 3.4e38, -3.4e38, 1e-45, 0.0, 1e30]),
)


hostile_predictions = given(
    values=st.lists(st.tuples(hostile, hostile, hostile), min_size=2, max_size=4),
    height=st.sampled_from([1.0, 0.0, 1e-30, 1e6]),
    layout=st.sampled_from(["grid", "overlay", "band"]),
    loss_panel=st.booleans(),
)


def examples(count: int) -> settings:
    return settings(
        deadline=None,
        max_examples=count,
        phases=[Phase.explicit, Phase.generate],  # a smaller example isn't worth minutes
        suppress_health_check=[HealthCheck.too_slow],
    )


@examples(4)
@hostile_predictions
def test_hostile_predictions(tmp_path_factory: pytest.TempPathFactory, **case: Any) -> None:
    check_hostile(tmp_path_factory, **case)


def test_names_that_change_places_in_the_last_second(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    values = [(-3.5, -1.4, 3.4e38), (np.nan, 1.9, 220.0), (0.0, 3.4e38, 0.0), (1.2, -1e-38, 0.0)]
    check_hostile(tmp_path_factory, values, height=1.0, layout="grid", loss_panel=True)


@LONG
@examples(40)
@hostile_predictions
def test_many_hostile_predictions(tmp_path_factory: pytest.TempPathFactory, **case: Any) -> None:
    check_hostile(tmp_path_factory, **case)


def check_hostile(
    tmp_path_factory: pytest.TempPathFactory,
    values: list[tuple[float, float, float]],
    height: float,
    layout: Any,
    loss_panel: bool,
) -> None:
    folder = tmp_path_factory.mktemp("hostile")
    with np.errstate(all="ignore"):
        constant = [np.full(len(X), value) for value, _, _ in values]
        spiked = [np.where(np.arange(len(X)) % 7, X**3, value) for _, value, _ in values]
        losses = [float(np.float32(loss)) for _, _, loss in values]
    y = height * X**3
    made = [
        recorded(folder / "a", constant, losses, y=y),
        recorded(folder / "b", spiked, losses[::-1], every=7, ending="diverged", y=y),
    ]
    is_band = layout == "band"
    entries = [
        Entry(f"seed {i}", made[i % 2], group=f"lr {i // 9}" if is_band else "")
        for i in range(18 if is_band else 2)
    ]
    table = timetable_of(entries, "epoch")
    comparison = comparison_of(
        entries, (640, 480), layout="grid" if layout == "grid" else "overlay",
        loss_panel=loss_panel,
    )  # fmt: skip
    scene = scene_of(comparison, table)
    drawer = FrameDrawer(scene)
    before: list[tuple[float, float]] = []
    for frame, state in enumerate(states(entries, table, range(len(table)))):
        scene.show(state)
        assert np.array_equal(drawer.draw(), full_draw(scene.figure))
        places = [text.get_position() for text in scene.figure.texts]
        # Two names that change places cross, for a third of a second.
        if places == before or frame in (0, len(table) - 1):
            check_legible(scene.figure, (640, 480))
        before = places


@pytest.mark.parametrize(
    ("count", "size", "expected"),
    [
        (1, (1920, 1080), (1, 1)), (2, (1920, 1080), (2, 1)), (3, (1920, 1080), (3, 1)),
        (4, (1920, 1080), (2, 2)), (5, (1920, 1080), (3, 2)), (6, (1920, 1080), (3, 2)),
        (9, (1920, 1080), (3, 3)), (16, (1920, 1080), (4, 4)), (2, (1080, 1920), (1, 2)),
        (4, (640, 480), (2, 2)), (9, (640, 480), (3, 3)),
    ],
)  # fmt: skip
def test_arrangements(count: int, size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert arrangement(count, *size) == expected


def test_what_cannot_be_drawn_is_refused_before_training() -> None:
    def check(count: int, size: tuple[int, int], layout: Layout, loss_panel: bool) -> None:
        entries = [Entry(f"lr {i}", None) for i in range(count)]
        check_comparison(comparison_of(entries, size, layout=layout, loss_panel=loss_panel))

    with pytest.raises(BadInput, match="without a single panel"):
        check(0, (1920, 1080), "auto", False)
    with pytest.raises(BadInput, match='17 panels: grid shows up to 16; layout = "overlay"'):
        check(17, (1920, 1080), "grid", False)
    with pytest.raises(BadInput, match="257 panels: overlay shows up to 256"):
        check(257, (1920, 1080), "auto", False)
    check(256, (1920, 1080), "auto", True)
    check(16, (1920, 1080), "auto", True)
    with pytest.raises(BadInput, match="none of this shape works"):
        check(2, (8192, 48), "auto", False)
    cases: list[tuple[int, Layout]] = [(16, "grid"), (4, "grid"), (3, "overlay"), (64, "overlay")]
    for count, layout in cases:
        for size in [(64, 48), (320, 240), (160, 284)]:
            with pytest.raises(BadInput, match=r"smallest .* works is (\d+) x (\d+)") as refusal:
                check(count, size, layout, True)
            words = str(refusal.value).split()
            named = int(words[-3]), int(words[-1])
            assert named[0] % 2 == named[1] % 2 == 0
            check(count, named, layout, True)


def test_the_clip_ends_with_the_ranking(runs: list[Record], tmp_path: Path) -> None:
    comparison = comparison_of(entries_of(runs, 4), (640, 480), note="a note")
    table, closing = timetable_of(comparison.entries, "epoch"), closing_frames(2)
    count = len(table) + closing
    assert count == 12 + 10 and closing_frames(0.1) == 1
    film, still = tmp_path / "clip.mp4", tmp_path / "end.png"
    counts: list[int] = []

    def draw(*outputs: Output) -> None:
        frames = comparison_frames(comparison, table, closing, selection_of(outputs))
        write_frames(frames, outputs, (640, 480), 2, counts.append, lambda: None)

    draw(Output(str(film)), Output(str(still), number=count - 1))
    assert counts == list(range(1, count + 1))
    scene = RankingCard(ranking(comparison.entries), PictureSettings(), "a note")
    assert np.array_equal(imageio.v3.imread(still)[..., :3], FrameDrawer(scene).draw()[..., :3])
    draw(Output(str(tmp_path / "early.png"), number=3))
    assert counts[-1] == 1 and (tmp_path / "early.png").exists()


def test_nothing_to_draw_is_said(runs: list[Record]) -> None:
    for entry in (Entry("a", runs[5]), Entry("a", None, "x")):
        comparison = comparison_of([entry], (640, 480))
        table = timetable_of([entry], "epoch")
        with pytest.raises(BadInput, match="no snapshot"):
            comparison_frames(comparison, table, 1, selection_of([Output("a.mp4")]))


@settings(deadline=None, max_examples=15)
@given(text=st.text(max_size=60), width=st.floats(30, 400))
def test_shortened_text_fits(text: str, width: float) -> None:
    text = drawable(text)
    assert text.isprintable() and "\n" not in text
    shown = PAGE.shortened(text, width, 14.0)
    assert PAGE.width_of(shown, 14.0) <= width
    assert shown == text or "…" in shown
    for line in PAGE.wrapped(text, width, 14.0, 3).splitlines():
        assert PAGE.width_of(line, 14.0) <= width


PAGE = Page((640, 480))


@given(
    ends=st.tuples(st.floats(-1e12, 1e12), st.floats(1e-3, 1e6)),
    most=st.integers(2, 8),
)
def test_ticks_are_few_and_distinct(ends: tuple[float, float], most: int) -> None:
    low, high = ends[0], ends[0] + max(ends[1], abs(ends[0]) * 1e-5)
    places, texts = linear_ticks(low, high, most)
    assert len(places) <= 2 * most and all(low <= at <= high for at in places)
    assert len(set(texts)) == len(texts)


@LONG
def test_torch_is_not_needed() -> None:
    program = (
        "import sys, fitreel.render.comparison.frames; "
        "assert not {'torch', 'fitreel.jobs', 'matplotlib.pyplot'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], timeout=60)
    assert done.returncode == 0
