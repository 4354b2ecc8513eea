"""Pictures and their version: what changes the one must raise the other, or films stay old.

`tests/data/pictures.json` holds a digest of a frame of every kind of picture, the version that drew
them, and the libraries that they hold for. After a change that is meant: raise PICTURE_VERSION in
render/picture_version.py, then `python tests/test_picture_version.py` writes the digests anew.
"""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import fields, replace
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.ft2font import __freetype_version__
from numpy.typing import NDArray
from support.program import ROOT

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.record.writer import RecordWriter, begin, new_header
from fitreel.render.comparison.frames import scene_of as comparison_scene
from fitreel.render.comparison.pacing import timetable_of
from fitreel.render.comparison.ranking.card import RankingCard
from fitreel.render.comparison.ranking.rows import ranking
from fitreel.render.comparison.states import states
from fitreel.render.comparison_picture import ComparisonPicture, Entry
from fitreel.render.film_settings import FilmSettings
from fitreel.render.handout.contact_sheet import contact_sheet
from fitreel.render.mpl.theme import THEMES
from fitreel.render.panel_kinds import PANEL_KINDS
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.picture_version import PICTURE_VERSION
from fitreel.render.single.snapshot_frames import drawn_snapshots
from fitreel.render.timing.pace_settings import Pacing
from fitreel.render.timing.timeline import make_timeline

DIGESTS = ROOT / "tests" / "data" / "pictures.json"
LIBRARIES = {
    **{name: version(name) for name in ("matplotlib", "numpy", "pillow")},
    "freetype": __freetype_version__,
}
X = np.arange(-20, 21, dtype=np.float32) / 20
SMALL = (320, 240)


def record(
    folder: Path, ending: Any = "complete", share: float = 1.0, grid: bool = False
) -> Record:
    """A run whose numbers are the same on every machine: nothing in it was trained."""
    noise = ((np.arange(len(X)) * 37 % 11) / 50 - 0.1).astype(np.float32)
    widths = (1, 4, 3, 1)
    layout: dict[str, tuple[int, ...]] = {}
    for number, (inputs, outputs) in enumerate(pairwise(widths)):
        layout |= {f"{number}.weight": (outputs, inputs), f"{number}.bias": (outputs,)}
    count = sum(inputs * outputs + outputs for inputs, outputs in pairwise(widths))
    points = {"x": X, "y": X * X * X + noise}
    at = np.arange(-30, 31, dtype=np.float32) / 30 if grid else X
    cube = at * at * at  # a power may differ in its last bit from machine to machine
    points |= {"grid": at} if grid else {}
    job = {"network": {"hidden": list(widths[1:-1]), "activations": "relu"}}
    header = new_header("test", "0" * 64, job, network="none", layout=layout)
    run = begin(folder, header, {**points, "truth": cube})
    recorder = RecordWriter(run, {})
    for step in range(6):
        part = share * step / 5
        prediction = (part * cube + (1 - part) * 0.25).astype(np.float32)
        weights = ((np.arange(count) * 29 % 17) / 8 - 1).astype(np.float32) * (0.3 + part)
        loss = 0.5 / 4**step * (2 - share) + 0.01234567
        recorder.add(Snapshot(25 * step, loss, 0.5 * step, prediction, weights, loss / 2))
    recorder.finish(ending, 130 if ending != "complete" else 150)
    return Record(folder)


def numbers(folder: Path) -> Record:
    """What a program recorded: a loss and two metrics, one of which is seldom there."""
    header = replace(new_header("numbers", "0" * 64, {}), recorder="program", inputs=(), outputs=())
    recorder = RecordWriter(begin(folder, header, {}), {})
    nothing = np.empty(0, np.float32)
    for step in range(9):
        metrics = {"accuracy": step / 8} | ({"lr": 0.1 / 2**step} if step % 4 == 0 else {})
        recorder.add(Snapshot(step, 2.0**-step, 0.1 * step, nothing, metrics=metrics))
    recorder.write()
    return Record(folder)


def digest(pixels: NDArray[np.uint8]) -> str:
    return hashlib.sha256(pixels.tobytes()).hexdigest()[:16]


def frames_of_runs(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and digest of pictures of one run, of its last snapshot where that says more."""
    run, delta = record(folder / "a"), record(folder / "delta", "delta", grid=True)
    diverged = record(folder / "diverged", "diverged", 0.5)
    every = tuple(kind for kind in PANEL_KINDS if kind != "metrics")
    cases = [
        ("demo", run, PictureSettings(), 2),
        ("demo small, truth", run, PictureSettings(SMALL, truth=True), 2),
        ("demo wide, delta", delta, PictureSettings((854, 480)), 5),
        ("demo tall, diverged", diverged, PictureSettings((480, 854)), 5),
        *((f"theme {name}", run, PictureSettings(SMALL, True, name, title="$x^3$"), 2)
          for name in THEMES),
        *((f"panel {name}", run, PictureSettings((480, 360), theme="light", panels=(name,)), 3)
          for name in every),
        ("all panels", delta, PictureSettings((854, 480), theme="dark", panels=every), 5),
        ("headings", run, PictureSettings((480, 480), theme="paper", title="Title",
                                          subtitle="sub", caption="foot", transparent=True), 2),
        ("metrics", numbers(folder / "numbers"), PictureSettings(SMALL, theme="light"), 8),
        ("German", delta, PictureSettings((480, 640), panels=("loss",), language="de"), 5),
    ]  # fmt: skip
    for name, of, settings, at in cases:
        timeline = make_timeline(of.epochs, of.losses, Pacing())
        (picture,) = drawn_snapshots(of, settings, timeline, {at}, film=False)
        yield name, digest(picture.frame)
    pacing = Pacing(duration=0.15, interpolate=True)
    timeline = make_timeline(run.epochs, run.losses, pacing)
    drawn = drawn_snapshots(run, PictureSettings(SMALL, theme="light"), timeline, set())
    next(drawn)
    between = next(drawn)
    yield "interpolated", digest(between.frame)


def frames_of_comparisons(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and digest of pictures of comparisons, at the last time of their clock."""
    from fitreel.render.raster.frame_drawer import FrameDrawer

    runs = [record(folder / str(n), ending, 1 - 0.1 * n)
            for n, ending in enumerate(["complete", "delta", "diverged"])]  # fmt: skip
    entries = [Entry(f"lr {n}", run) for n, run in enumerate(runs)] + [Entry("lr 9", None, "why")]
    many = [Entry(f"seed {n}", runs[n % 3]) for n in range(18)]
    light = PictureSettings((640, 480), theme="light")
    cases = [
        ("grid", ComparisonPicture(entries, light, "grid")),
        ("grid, time and losses", ComparisonPicture(entries, light, "grid", "time", True)),
        ("overlay", ComparisonPicture(entries, PictureSettings((640, 480)), "overlay")),
        ("overlay of many", ComparisonPicture(many, light, "overlay", "time", True)),
        ("band", ComparisonPicture([replace(e, group="all") for e in many], light, "overlay")),
    ]
    for name, comparison in cases:
        table = timetable_of(comparison.entries, comparison.clock)
        scene = comparison_scene(comparison, table)
        for state in states(comparison.entries, table, [len(table) - 1]):
            scene.show(state)
        yield name, digest(FrameDrawer(scene).draw())
    for name, some in (("ranking", entries), ("ranking of many", many)):
        yield name, digest(FrameDrawer(RankingCard(ranking(some), light, "a note")).draw())


def sheets(folder: Path) -> Iterator[tuple[str, str]]:
    """Pages for the handout. Their bytes are compared when they are made: no version counts."""
    run = record(folder / "sheet")
    timeline = make_timeline(run.epochs, run.losses, Pacing())
    settings = PictureSettings(truth=True, theme="light", title="$x^3$", caption="foot")
    content = contact_sheet(run, settings, timeline, 3, 2, "svg")
    yield "svg", hashlib.sha256(content).hexdigest()[:16]


def digests(folder: Path) -> dict[str, Any]:
    return {
        "version": PICTURE_VERSION,
        "libraries": LIBRARIES,
        "pictures": dict([*frames_of_runs(folder), *frames_of_comparisons(folder)]),
        "sheets": dict(sheets(folder)),
    }


def changes(before: dict[str, str], now: dict[str, str]) -> list[str]:
    return [name for name, value in before.items() if now.get(name) != value]


def test_pictures_and_their_version_change_together(tmp_path: Path) -> None:
    before = json.loads(DIGESTS.read_text())
    if before["libraries"] != LIBRARIES:
        pytest.skip(f"holds for {before['libraries']}, as in constraints.txt; here is {LIBRARIES}")
    now = digests(tmp_path)
    other = changes(before["pictures"], now["pictures"])
    assert not other or before["version"] != PICTURE_VERSION, (
        f"these pictures are other ones: {', '.join(other)}. If that is meant, raise "
        "PICTURE_VERSION in render/picture_version.py, or films that were made before count as "
        f"up to date; then run python tests/render/{Path(__file__).name}"
    )
    assert now == before, (
        f"run python tests/render/{Path(__file__).name}, and commit {DIGESTS.name}"
    )


def test_every_setting_of_a_film_counts_or_says_where_it_goes() -> None:
    counts = {field.name for kind in (PictureSettings, Pacing) for field in fields(kind)}
    assert set(FilmSettings.model_fields) - counts == {
        "size", "outputs", "latest", "keep", "page_snapshots",
    }  # fmt: skip
    # The size decides the one; the other is what a sheet asks of a cell.
    assert counts - set(FilmSettings.model_fields) == {"pixels", "in_cell"}


def write() -> None:
    """Write the digests, unless that would hide a change that needs a new version."""
    with tempfile.TemporaryDirectory() as folder:
        now = digests(Path(folder))
    if DIGESTS.exists():
        before = json.loads(DIGESTS.read_text())
        same = before["libraries"] == LIBRARIES and before["version"] == PICTURE_VERSION
        if same and (other := changes(before["pictures"], now["pictures"])):
            sys.exit(f"raise PICTURE_VERSION first: {', '.join(other)}")
    DIGESTS.parent.mkdir(exist_ok=True)
    DIGESTS.write_text(json.dumps(now, indent=1) + "\n")


if __name__ == "__main__":
    write()
