"""Each setting of [film] and [compare] is seen in what is made, or refused by its name.

A table: which kinds of film refuse which settings. All others change the picture; none is ignored.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest
from support.program import ROOT, Fitreel, train_here

import fitreel as package
from fitreel.jobs.job.job import CompareSettings
from fitreel.render.film_settings import FilmSettings

SMALL = ("train.epochs=10", "network.hidden=[4]")
POINTS = ("data.points=30", "data.grid=10")
LIGHTHOUSE = f"data.file={ROOT / 'jobs' / 'job' / 'examples' / 'lighthouse.png'}"
JOBS: dict[str, tuple[str, ...]] = {
    "curve": (),
    "demo": (),
    "field": ("data.function=peaks", *POINTS),
    "regions": ("data.function=moons", *POINTS),
    "curves": ('data.function=["sin(3*x)","cos(3*x)"]', "data.points=30"),
    "table": ("data.function=x1*x2+x3", "data.points=30"),
    "picture": (LIGHTHOUSE,),
    "grid": (),
    "pictures": (LIGHTHOUSE,),
    "overlay": ("compare.layout=overlay",),
    "grouped": ("compare.layout=overlay", "compare.group=seed"),
}
"""Kinds of film, and what their jobs say beside `SMALL`; the last four are comparisons."""
COMPARISONS = ("grid", "pictures", "overlay", "grouped")
PICTURE = {
    "size": "[520, 400]", "truth": "true", "theme": "dark", "title": "T", "subtitle": "S",
    "caption": "C", "captions": '[[0, "hello"]]', "x_label": "X", "y_label": "Y",
    "language": "de", "words": '{ epoch = "step", axis_epoch = "step" }', "font": "DejaVu Serif",
    "transparent": "true", "view": "numbers", "limits": "frame",
}  # fmt: skip
"""Of [film], what decides a still."""
PANELS = ("metrics", "residuals", "units", "error", "weights", "gradients")
TIMING = {
    "fps": "10", "pace": "log", "duration": "0.25", "hold_start": "0.15", "hold_end": "0.15",
    "interpolate": "true",
}  # fmt: skip
COMPARE = {
    "layout": "overlay", "clock": "time", "loss_panel": "false", "group": "seed", "ranking": "true",
    "table": "a.csv",
}  # fmt: skip
ELSEWHERE = {"outputs", "latest", "keep", "panels", "vary", "panel", "page_snapshots"}
"""What has tests of its own: names, and what is compared."""
REFUSED = {
    "curve": {"view", "limits", "metrics", *COMPARE},
    "demo": {"view", "metrics", *COMPARE},
    "field": {"truth", "limits", "residuals", "gradients", *COMPARE},
    "regions": {"truth", "limits", "residuals", "error", "gradients", *COMPARE},
    "curves": {"limits", "residuals", "gradients", *COMPARE},
    "table": {
        "truth",
        "x_label",
        "y_label",
        "limits",
        "residuals",
        "units",
        "error",
        "gradients",
        *COMPARE,
    },
    "picture": {
        "truth",
        "x_label",
        "y_label",
        "limits",
        "residuals",
        "gradients",
        *COMPARE,
    },
    "grid": {"view", "limits", *PANELS},
    "pictures": {"truth", "x_label", "y_label", "limits", *PANELS},
    "overlay": {"view", "limits", *PANELS},
    "grouped": {"view", "limits", *PANELS},
}
"""By the kind of film, what it can't have."""


AS_USUAL = {"curves": {"truth"}, "demo": {"limits"}}
"""What they have anyway."""


def test_the_table_is_of_all_settings() -> None:
    assert {*PICTURE, *TIMING} | ELSEWHERE >= {*FilmSettings.model_fields}
    assert {*COMPARE} | ELSEWHERE >= {*CompareSettings.model_fields}


def key_of(name: str) -> str:
    if name in PANELS:
        return "film.panels"
    return f"{'compare' if name in COMPARE else 'film'}.{name}"


def is_named(name: str, line: str) -> bool:
    """Whether an error says which setting it is about."""
    return key_of(name) in line.replace("film: ", "film.")


def assignment(name: str) -> str:
    value = f'["{name}"]' if name in PANELS else {**PICTURE, **TIMING, **COMPARE}[name]
    return f"{key_of(name)}={value}"


def sets(*assignments: str) -> Sequence[str]:
    return [word for each in assignments for word in ("--set", each)]


def base(kind: str) -> tuple[str, ...]:
    size = "film.size=[800,600]" if kind in COMPARISONS else "film.size=[960,540]"
    return (*JOBS[kind], f"film.theme={'demo' if kind == 'demo' else 'light'}", size)


@pytest.mark.parametrize("kind", JOBS)
def test_what_is_refused_is_so_by_name_before_training(
    kind: str, fitreel: Fitreel, tmp_path: Path
) -> None:
    vary = ("--vary", "seed=0,1") if kind in COMPARISONS else ()
    ignored = []
    for name in REFUSED[kind]:
        done = fitreel("check", *vary, *sets(*SMALL, *base(kind), assignment(name)), "-o", "a.png")
        if done.returncode != 65 or not is_named(name, done.stderr) or "\n" in done.stderr[:-1]:
            ignored.append((name, done))
    assert not ignored and not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("job", "key"),
    [
        ((*JOBS["field"], "film.truth=true"), "film.truth"),
        (("film.view=scatter",), "film.view"),
    ],
)
def test_of_a_comparison(job: tuple[str, ...], key: str, fitreel: Fitreel, tmp_path: Path) -> None:
    command = ("check", "--vary", "seed=0,1", *sets(*SMALL, *job), "-o", "a.png")
    done = fitreel(*command)
    assert done.returncode == 65 and key in done.stderr, done


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Trained when this module is: by the kind of film."""
    folder = tmp_path_factory.mktemp("records")
    shape = {kind: [each for each in job if "data" in each] for kind, job in JOBS.items()}
    return {
        kind: [
            str(train_here(folder, *SMALL, *shape[kind], f"seed={seed}").path)
            for seed in ((0, 1) if kind in COMPARISONS else (0,))
        ]
        for kind in JOBS
    }


@pytest.mark.long
@pytest.mark.parametrize(
    ("kind", "page"),
    [*((kind, ()) for kind in JOBS), ("grid", ("--sheet", "2x1"))],
)
def test_all_others_change_a_still_and_a_sheet(
    kind: str,
    page: tuple[str, ...],
    fitreel: Fitreel,
    tmp_path: Path,
    records: dict[str, list[str]],
) -> None:
    def still(*more: str) -> Any:
        over = [each for each in base(kind) if each.startswith(("film", "compare"))]
        done = fitreel(
            "render", *records[kind], *sets(*over, *more), *page, "-o", "a.png", "--force"
        )
        return iio.imread(tmp_path / "a.png") if done.returncode == 0 else done.stderr

    usual = still()
    assert not isinstance(usual, str), usual
    wrong = []
    for name in (*PICTURE, *PANELS):
        seen = still(assignment(name))
        if name in REFUSED[kind]:
            is_right = isinstance(seen, str) and is_named(name, seen)
        else:
            is_usual = name in AS_USUAL.get(kind, ())
            is_right = not isinstance(seen, str) and np.array_equal(usual, seen) == is_usual
        wrong += [] if is_right else [(name, seen if isinstance(seen, str) else "as usual")]
    assert not wrong


@pytest.mark.long
@pytest.mark.parametrize(
    ("kind", "name"), [("curve", "f/"), ("field", "f/"), ("grid", "f/"), ("curve", "a.gif")]
)
def test_timing_changes_a_film(
    kind: str, name: str, fitreel: Fitreel, tmp_path: Path, records: dict[str, list[str]]
) -> None:
    def film(*more: str) -> Any:
        over = [each for each in base(kind) if each.startswith("film")]
        pace = ("film.pace=even", "film.hold_start=0", "film.hold_end=0", *more)
        done = fitreel("render", *records[kind], *sets(*over, *pace), "-o", name, "--force")
        assert done.returncode == 0, done
        path = tmp_path / name
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        frames = [frame.tobytes() for each in files for frame in iio.imiter(each)]
        return done.stdout.partition(" frames, ")[2].partition(", ")[0], frames

    usual = film()
    for key in TIMING:
        more = ("film.duration=0.2",) if key == "interpolate" else ()
        assert film(assignment(key), *more) != (film(*more) if more else usual), key


@pytest.mark.long
def test_language_and_timing_change_subtitles(
    fitreel: Fitreel, tmp_path: Path, records: dict[str, list[str]]
) -> None:
    pace = ("film.pace=even", "film.duration=6", "film.hold_start=1", "film.hold_end=1")

    def subtitles(*more: str) -> str:
        over = [each for each in base("curve") if each.startswith("film")]
        words = sets(*over, *pace, *more)
        done = fitreel("render", *records["curve"], *words, "-o", "a.srt", "--force")
        assert done.returncode == 0, done
        return (tmp_path / "a.srt").read_text("utf-8")

    usual = subtitles()
    for key in ("language", *TIMING):
        value = "film.duration=5" if key == "duration" else assignment(key)
        assert subtitles(value) != usual, key


def test_what_a_programs_record_lacks(fitreel: Fitreel, tmp_path: Path) -> None:
    x = np.linspace(-1, 1, 8)
    with package.Recorder(tmp_path / "loop", x, x**2) as recorder:
        for step in range(3):
            recorder.log(step, 1 / (step + 1), x * step)
    render = ("render", "loop", "--set", "film.theme=light", "-o", "a.png")
    for name in ("truth", *PANELS, "view", "limits", *COMPARE):
        if name not in ("residuals",):
            done = fitreel(*render, "--set", assignment(name))
            assert done.returncode == 65 and is_named(name, done.stderr), (name, done)


@pytest.mark.parametrize("size", ["[300, 225]", "[480, 360]"])
def test_what_has_no_room_is_said(
    size: str, fitreel: Fitreel, tmp_path: Path, records: dict[str, list[str]]
) -> None:
    small = sets(f"film.size={size}", "film.theme=light", "film.subtitle=S", 'film.panels=["loss"]')
    done = fitreel("render", *records["curve"], *small, "-o", "a.png", "-q", "--force")
    assert done.returncode == 0
    done = fitreel("render", *records["curve"], *small, "-o", "a.png")
    keys = ("film.subtitle", "film.panels") if size == "[300, 225]" else ("film.subtitle",)
    assert [key for key in ("film.subtitle", "film.panels") if key in done.stderr] == [*keys]


def test_of_one_run(fitreel: Fitreel, tmp_path: Path) -> None:
    done = fitreel("run", "--table", "a.csv")
    assert done.returncode == 65 and "--table a.csv" in done.stderr
    assert not list(tmp_path.iterdir())
    job = "[train]\nepochs = 5\n[compare]\nranking = true\n[film]\nsize = [64, 48]\n"
    (tmp_path / "a.toml").write_text(job)
    done = fitreel("check", "a.toml")
    assert done.returncode == 0 and "a.toml: compare.ranking: left out" in done.stderr
    done = fitreel("run", "a.toml", "--workers", "2", "-o", "a.png")
    assert done.returncode == 0 and "--workers is for comparisons" in done.stdout
