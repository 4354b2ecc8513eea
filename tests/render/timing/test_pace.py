"""Pace, duration and holds, through the program to the film."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from support.program import Fitreel

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.render.comparison.pacing import paced, timetable_of
from fitreel.render.comparison.ranking.duration import closing_frames
from fitreel.render.comparison_picture import Entry
from fitreel.render.film_settings import FilmSettings
from fitreel.render.metadata import gif_blocks, mp4_boxes, webm_elements
from fitreel.render.single.frame_plans import frame_plans
from fitreel.render.timing.timeline import Timeline, make_timeline


def _timeline(run: Record, settings: FilmSettings) -> Timeline:
    return make_timeline(run.epochs, run.losses, settings.pacing())


def length_of(path: Path) -> tuple[int, float]:
    """Frames and seconds of a film."""
    with path.open("rb") as file:
        if path.suffix == ".mp4":
            frames, seconds = mp4_boxes.count_frames(file)
            return frames, float(seconds)
        if path.suffix == ".gif":
            frames, hundredths = gif_blocks.count_frames(file)
            return frames, hundredths / 100
        return webm_elements.count_frames(file), 0.0


QUICK = {("even", 24), ("log", 25), ("loss", 30), ("even", 50), ("log", 60)}


@pytest.mark.parametrize(
    ("pace", "fps"),
    [
        pytest.param(pace, fps, marks=[] if (pace, fps) in QUICK else pytest.mark.long)
        for pace in ("even", "log", "loss")
        for fps in (24, 25, 30, 50, 60)
    ],
)
def test_a_film_is_as_long_as_asked(fitreel: Fitreel, short_run: Record, tmp_path: Path, pace: str,
                                    fps: int) -> None:  # fmt: skip
    names = [tmp_path / f"film.{kind}" for kind in ("mp4", "gif", "webm")]
    settings = (
        f"film.pace={pace}", f"film.fps={fps}", "film.duration=1.7", "film.hold_start=0.3",
        "film.hold_end=0.5", "film.size=[128,96]",
    )  # fmt: skip
    done = fitreel(
        "render", str(short_run.path), *(part for name in names for part in ("-o", str(name))),
        *(part for setting in settings for part in ("--set", setting)),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    mp4, gif, webm = map(length_of, names)
    assert mp4[0] == webm[0] == int(Fraction("1.7") * fps + Fraction(1, 2))
    assert mp4[1] == pytest.approx(mp4[0] / fps, abs=1e-3)
    assert gif[1] == pytest.approx(mp4[0] / fps, abs=0.0101)
    again = fitreel("render", str(short_run.path), "-o", str(names[0]),
                    *(part for setting in settings for part in ("--set", setting)))  # fmt: skip
    assert "up to date" in again.stdout


def test_another_pace_makes_the_film_again(
    fitreel: Fitreel, short_run: Record, tmp_path: Path
) -> None:
    film = str(tmp_path / "film.mp4")
    render = ("render", str(short_run.path), "-o", film, "--set", "film.size=[128,96]")
    fitreel(*render)
    done = fitreel(*render, "--set", "film.hold_end=1.0")
    assert "32 frames" in done.stdout
    still = str(tmp_path / "still.png")
    fitreel("render", str(short_run.path), "-o", still)
    assert "up to date" in fitreel("render", str(short_run.path), "-o", still,
                                   "--set", "film.hold_end=1.0").stdout  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "word"),
    [
        ("film.pace=[[0,0],[50,2],[40,3]]", "out of order"),
        ("film.pace=[[0,0],[50,2],[60,1.5]]", "out of order"),
        ("film.pace=[[0,0]]", "at least two"),
        ("film.pace=slow", "must be 'even', 'log' or 'loss'"),
        ("film.duration=0", "film.duration"),
        ("film.duration=-3", "film.duration"),
        ("film.duration=0.001", "shorter than one frame"),
        ("film.hold_end=-1", "film.hold_end"),
        ("film.hold_end=nan", "film.hold_end"),
    ],
)
def test_what_no_film_can_keep_is_refused(
    fitreel: Fitreel, short_run: Record, tmp_path: Path, setting: str, word: str
) -> None:
    film = tmp_path / "film.mp4"
    done = fitreel("render", str(short_run.path), "-o", str(film), "--set", setting)
    assert done.returncode == 65 and word in done.stderr and len(done.stderr.splitlines()) <= 2
    assert not film.exists()


def test_frames_are_those_of_the_timeline(short_run: Record) -> None:
    line = _timeline(short_run, FilmSettings(pace="log", duration=2.0, fps=30, hold_end=0.5))
    drawn = list(frame_plans(short_run, line, {3}))
    shown = [plan.number for plan in drawn for _ in range(plan.frames)]
    assert shown == line.indices.tolist()
    assert 3 in [plan.number for plan in drawn]
    assert [plan.snapshot.epoch for plan in drawn] == [5 * (m.number or 0) for m in drawn]
    assert len(drawn) < len(shown), "what stands still is drawn once"


def test_frames_between_snapshots_are_marked_and_lie_between(short_run: Record) -> None:
    line = _timeline(short_run, FilmSettings(duration=2.0, fps=30, interpolate=True))
    drawn = list(frame_plans(short_run, line, ()))
    assert sum(plan.frames for plan in drawn) == 60
    known = list(short_run.snapshots())
    between = [plan for plan in drawn if plan.number is None]
    assert len(between) > 30
    for plan in between:
        at = plan.snapshot.epoch // 5
        before, after = known[at], known[at + 1]
        low = np.minimum(before.prediction, after.prediction) - 1e-6
        high = np.maximum(before.prediction, after.prediction) + 1e-6
        assert np.all((low <= plan.snapshot.prediction) & (plan.snapshot.prediction <= high))
        assert min(before.loss, after.loss) <= plan.snapshot.loss <= max(before.loss, after.loss)


def test_a_comparison_is_as_long_as_asked(short_run: Record) -> None:
    entries = [Entry("one", short_run), Entry("failed", None)]
    pacing = FilmSettings(duration=8.0, fps=25, pace="loss", hold_start=1.0).pacing()
    table = paced(entries, timetable_of(entries, "epoch"), pacing)
    assert len(table) + closing_frames(25, 8.0) == 200
    assert set(table.indices[0].tolist()) <= set(range(13)) and table.indices[0, -1] == 12
    with pytest.raises(BadInput, match="interpolate"):
        paced(entries, table, FilmSettings(interpolate=True).pacing())


def test_a_clip_of_two_runs_keeps_its_length(
    fitreel: Fitreel, tmp_path: Path, short_run: Record
) -> None:
    job = tmp_path / "two.toml"
    job.write_text(
        'train.epochs = 40\nfilm = { size = [864, 486], duration = 2, fps = 24, pace = "log" }\n'
        'compare.vary = { "seed" = [0, 1] }\n'
    )
    done = fitreel("run", str(job), "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert length_of(tmp_path / "two.mp4") == (48, 2.0)


def test_films_have_a_frame_a_snapshot(short_run: Record) -> None:
    line = _timeline(short_run, FilmSettings())
    assert line.indices.tolist() == list(range(13)) and not line.blend.any()
