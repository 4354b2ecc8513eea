"""Pace, duration and holds, through the program to the film."""

import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.program import Fitreel

from fitreel.model.record.reader import Record
from fitreel.render.captions.caption_track import CaptionTrack
from fitreel.render.comparison.pacing import paced, timetable_of
from fitreel.render.comparison.ranking.duration import closing_frames
from fitreel.render.comparison.states import states
from fitreel.render.comparison_picture import Entry
from fitreel.render.film_settings import FilmSettings
from fitreel.render.frame import DrawnFrame
from fitreel.render.metadata import gif_blocks, mp4_boxes, webm_elements
from fitreel.render.metadata.provenance import read_provenance
from fitreel.render.output.output import Output
from fitreel.render.pipeline.film import write_frames
from fitreel.render.single.frame_plans import frame_plans
from fitreel.render.single.states.run_state import film_states
from fitreel.render.timing.loss_path import losses_at
from fitreel.render.timing.pace_settings import Pacing
from fitreel.render.timing.timeline import Timeline, make_timeline

RECORDS = Path(__file__).parents[2] / "data" / "records"


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
        ("film.pace=slow", "must be 'even', 'log', 'loss' or 'path'"),
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
    table = paced(entries, timetable_of(entries, "epoch"), pacing, closing_frames(25, 8.0))
    assert len(table) + closing_frames(25, 8.0) == 200
    assert set(table.indices[0].tolist()) <= set(range(13)) and table.indices[0, -1] == 12
    whole = paced(entries, timetable_of(entries, "epoch"), pacing)
    assert len(whole) == 200 and whole.indices[0, -1] == 12, "without a ranking it is all motion"


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


SAYS_NOTHING = Pacing(20, "path", None, 2.0, 3.0, interpolate=True)


@pytest.mark.parametrize(
    ("film", "pacing"),
    [
        ({"theme": "light"}, SAYS_NOTHING),
        ({"theme": "light", "fps": 30}, replace(SAYS_NOTHING, fps=30)),
        ({"theme": "light", "interpolate": False}, replace(SAYS_NOTHING, interpolate=False)),
        ({"theme": "light", "hold_start": 0.5}, replace(SAYS_NOTHING, hold_start=0.5)),
        ({"theme": "light", "hold_end": 0.0}, replace(SAYS_NOTHING, hold_end=0.0)),
        ({"theme": "light", "duration": 20.0}, replace(SAYS_NOTHING, duration=20.0)),
        ({"theme": "light", "duration": 5.0},
         replace(SAYS_NOTHING, duration=5.0, hold_start=0.8, hold_end=1.2)),
        ({"theme": "light", "duration": 5.0, "hold_start": 2.5},
         replace(SAYS_NOTHING, duration=5.0, hold_start=2.5, hold_end=1.0)),
        ({"theme": "light", "pace": "path"}, SAYS_NOTHING),
        ({"theme": "light", "pace": "even"}, Pacing()),
        ({"theme": "light", "pace": "log", "hold_end": 1.0}, Pacing(pace="log", hold_end=1.0)),
        ({}, Pacing()),
        ({"title": "a", "duration": 9.0}, Pacing(duration=9.0)),
        ({"pace": "path"}, Pacing(pace="path", interpolate=True)),
    ],
)  # fmt: skip
def test_what_a_job_says_of_pace_is_its_own(film: dict[str, Any], pacing: Pacing) -> None:
    assert FilmSettings(**film).pacing(sentences=lambda: (2.0, 3.0)) == pacing
    if "pace" not in film:
        by_the_clock = FilmSettings(**film).pacing("time", lambda: (2.0, 3.0))
        assert by_the_clock.pace == "even"
        assert by_the_clock.interpolate == film.get("interpolate", False)


def test_a_theme_moves_along_the_path_and_is_the_same_film_again(
    fitreel: Fitreel, tmp_path: Path
) -> None:
    job, film = tmp_path / "told.toml", tmp_path / "told.gif"
    job.write_text(
        'train.epochs = 60\nfilm = { theme = "light", size = [320, 240], fps = 10, '
        'outputs = ["told.gif"] }\n'
    )
    done = fitreel("run", str(job))
    assert done.returncode == 0, done.stderr
    facts = read_provenance(film)["film"]
    assert facts["pace"] == "path" and facts["interpolate"]
    assert facts["hold_start"] >= 1.5 and 2.5 <= facts["hold_end"] <= 4
    held = facts["hold_start"] + facts["hold_end"]
    assert length_of(film)[1] == pytest.approx(9.5 + held, abs=0.11)
    assert "up to date" in fitreel("run", str(film)).stdout
    again = tmp_path / "again.gif"
    assert fitreel("run", str(film), "-o", str(again)).returncode == 0
    assert again.read_bytes() == film.read_bytes()


def test_a_film_made_before_is_made_again_at_its_own_pace(fitreel: Fitreel, tmp_path: Path) -> None:
    job = {"name": "old", "train": {"epochs": 60}, "film": {"theme": "light", "size": [320, 240]}}
    film = tmp_path / "old.gif"
    provenance = {"fitreel": "0.1.0", "job": job, "runs": [{}], "film": {"frames": 2}}
    frame = DrawnFrame(np.zeros((240, 320, 4), np.uint8), None, 1, (0, 0, 320, 240))
    write_frames(
        (frame for _ in range(2)), [Output(str(film), provenance=provenance)], (320, 240), 20,
        lambda count: None, lambda: None,
    )  # fmt: skip
    done = fitreel("run", str(film))
    assert done.returncode == 0, done.stderr
    assert "13 frames" in done.stdout
    made = read_provenance(film)
    assert made["job"]["film"]["pace"] == "even" and "interpolate" not in made["film"]
    assert "up to date" in fitreel("run", str(film)).stdout


@pytest.mark.parametrize("pace", ["path", "even", "log", "loss"])
def test_a_theme_ends_on_the_closing_snapshot(short_run: Record, pace: str) -> None:
    film = FilmSettings(theme="light", pace=pace)  # type: ignore[arg-type]
    *_, last = film_states(short_run, _timeline(short_run, film), CaptionTrack((), Fraction(20)))
    assert short_run.closing == 12
    assert last.state.snapshot.is_closing and last.state.snapshot.epoch == 60


def test_a_comparison_goes_along_the_path_of_its_runs(short_run: Record) -> None:
    other = Record(RECORDS / "adam")
    entries = [Entry("one", short_run), Entry("failed", None), Entry("other", other)]
    pacing = FilmSettings(theme="light").pacing("epoch", lambda: (1.0, 2.0))
    table = paced(entries, timetable_of(entries, "epoch"), pacing)
    assert len(table) == 20 + 190 + 40 and table.is_interpolated
    assert table.times[0] == 0 and table.times[-1] == 66 and (np.diff(table.times) >= 0).all()
    drawn = list(states(entries, table, range(len(table))))
    assert [state.frame for state in drawn] == list(range(250))
    for state in drawn[::13]:
        one, failed, two = state.snapshots
        assert failed is None and one is not None and two is not None
        assert two.epoch == math.ceil(state.time) and one.epoch == math.ceil(min(state.time, 60))
        assert one.loss == pytest.approx(
            float(losses_at(table.axis, short_run.epochs, short_run.losses, min(state.time, 60))),
            rel=1e-6,
        )
    assert drawn[-1].seconds_at_end == 2.0 and drawn[208].seconds_at_end is None
    (still,) = states(entries, table, [100])
    assert still.snapshots[0] is not None and drawn[100].snapshots[0] is not None
    assert np.array_equal(still.snapshots[0].prediction, drawn[100].snapshots[0].prediction)


@pytest.mark.parametrize("clock", ["epoch", "time"])
def test_a_comparison_interpolates_at_other_paces_too(short_run: Record, clock: Any) -> None:
    entries = [Entry("one", short_run), Entry("other", Record(RECORDS / "adam"))]
    pacing = FilmSettings(theme="light", pace="even", interpolate=True, duration=5.0).pacing(clock)
    table = paced(entries, timetable_of(entries, clock), pacing)
    drawn = list(states(entries, table, range(len(table))))
    assert len(drawn) == 100 and drawn[-1].indices == [12, 14]
    for number, run in enumerate((short_run, Record(RECORDS / "adam"))):
        shown = [state.snapshots[number] for state in drawn]
        losses = [snapshot.loss for snapshot in shown if snapshot is not None]
        assert len(set(losses)) > 20 and losses[-1] == run.losses[-1]
