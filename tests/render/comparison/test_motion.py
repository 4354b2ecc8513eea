"""Whole films of comparisons: what may move does so as it should, and nothing else does."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from matplotlib.text import Text
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.record.writer import RecordWriter, begin, new_header
from fitreel.render.comparison.frames import scene_of
from fitreel.render.comparison.pacing import held, paced, timetable_of
from fitreel.render.comparison.standings.contenders import contenders_of
from fitreel.render.comparison.standings.sentences import captions_of
from fitreel.render.comparison.states import states
from fitreel.render.comparison_picture import ComparisonPicture, Entry
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.timing.pace_settings import Pacing

X = np.linspace(-1, 1, 40, dtype=np.float32)
SIZE = (640, 480)
EDGE = 0.02
"""Of the shorter side: nothing is painted nearer to the edge."""
FPS = 10.0


@pytest.fixture(scope="module")
def entries(tmp_path_factory: pytest.TempPathFactory) -> list[Entry]:
    """Four that change places, one of which diverges."""
    folder = tmp_path_factory.mktemp("runs")
    made = []
    for number, name in enumerate(["fast, then stuck", "slow", "slower", "diverges"]):
        header = new_header("test", "0" * 64, {}, network="none", layout={"weight": (7,)})
        writer = RecordWriter(begin(folder / name, header, {"x": X, "y": X**3}), {})
        for step in range(24):
            rest = max(0.2 * (number == 0), np.exp(-step * (0.6, 0.25, 0.15, 0.1)[number]))
            rest = 3.0 ** (step - 3) if number == 3 and step > 4 else rest
            prediction = (1 - rest) * X**3 + rest * 0.3
            writer.add(Snapshot(step * 10, float(rest**2), 0.01 * step, prediction.astype("f4")))
        writer.finish("diverged" if number == 3 else "complete", 240)
        made.append(Entry(name, Record(folder / name)))
    return made


def written(figure: Any) -> Iterator[Text]:
    """The texts that are seen."""
    for text in figure.findobj(Text):
        if text.get_text() and text.get_visible() and text.get_alpha() != 0:
            yield text


@pytest.mark.parametrize("layout", ["grid", "overlay"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_only_what_may_move_does(entries: list[Entry], layout: Any, theme: str) -> None:
    picture = PictureSettings(pixels=SIZE, theme=theme, title="Four ways", subtitle="of one fit")
    comparison = ComparisonPicture(entries, picture, layout=layout, loss_panel=True)
    pacing = Pacing(fps=FPS, pace="path", duration=4.0, interpolate=True)
    table = held(paced(entries, timetable_of(entries, "epoch"), pacing), int(2 * FPS))
    scene = scene_of(comparison, table)
    drawer = FrameDrawer(scene)
    captions = captions_of(comparison, contenders_of(comparison, table), table).at
    frames = range(len(table))
    edge = round(EDGE * min(SIZE))
    limits: list[Any] = []
    sentences: list[str] = []
    places: dict[Text, list[tuple[float, float]]] = {text: [] for text in scene.figure.texts}
    for state in states(entries, table, frames, captions):
        scene.show(state)
        pixels = drawer.draw()
        limits.append([(axes.get_xlim(), axes.get_ylim()) for axes in scene.figure.axes])
        sentences.append(state.caption.text)
        for text, track in places.items():
            seen = text.get_text() and text.get_alpha() != 0
            track.append(text.get_position() if seen else (np.nan, np.nan))
        check_margins(pixels, edge)
    assert all(each == limits[0] for each in limits)
    for text in written(scene.figure):
        assert text.get_text() not in sentences[:-1] or text.get_text() == sentences[-1]
    for text, track in places.items():
        x, y = np.array(track).T * np.array(SIZE)[:, None]
        if not np.isfinite(x).any():
            continue
        if layout == "grid":  # the table of an overlay turns once, unseen
            assert np.nanmax(x) - np.nanmin(x) < 1 or text in moving_sideways(scene), text
            assert np.nan_to_num(np.abs(np.diff(y))).max() < 0.25 * SIZE[1], text


def test_a_still_is_the_frame_of_the_film(entries: list[Entry]) -> None:
    pacing = Pacing(fps=FPS, pace="path", duration=4.0, interpolate=True)
    table = held(paced(entries, timetable_of(entries, "epoch"), pacing), int(FPS))
    film = list(states(entries, table, range(len(table))))
    for frame in (0, 1, 7, 20, len(table) - 12, len(table) - 1):
        (still,) = states(entries, table, [frame])
        for one, other in zip(still.snapshots, film[frame].snapshots, strict=True):
            assert one is not None and other is not None and one.loss == other.loss
            assert np.allclose(one.prediction, other.prediction, rtol=1e-6, atol=1e-6)


def moving_sideways(scene: Any) -> list[Text]:
    """Values beside a triangle, where a curve has left the picture, go with it."""
    return [text for panel in scene._panels for text in panel._cell._marks._values.values()]


def check_margins(pixels: NDArray[np.uint8], edge: int) -> None:
    """Make sure that nothing but the ground is near the edge."""
    ground = pixels[0, 0]
    for strip in (pixels[:edge], pixels[-edge:], pixels[:, :edge], pixels[:, -edge:]):
        assert (strip == ground).all()
