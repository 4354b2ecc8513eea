"""The gallery: every example is a job that trains, and its film is drawn."""

import runpy
import shutil
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from support.program import ROOT, Fitreel

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.job.job import dump_job
from fitreel.jobs.job.loading import load_job, read_job_file
from fitreel.jobs.job.resolve import resolve_job
from fitreel.jobs.job.sweep import configurations_of
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.ensure_trained import ensure_trained
from fitreel.render.metadata.checksum import check_whole
from fitreel.render.metadata.provenance import read_provenance
from fitreel.render.mpl.theme import load_theme
from fitreel.render.view import view_of

FOLDER = ROOT / "jobs" / "job" / "examples"
EXAMPLES = sorted(FOLDER.glob("*.toml"))


VIEWS = {
    "two_moons": "regions", "xor": "regions", "spirals": "regions", "picture": "picture",
    "heart": "plane", "eight_inputs": "scatter",
}  # fmt: skip
"""What examples show that are no fit of one number over one."""
COMPARED = {
    "xor": ["net of 2", "net of 3", "net of 4"],
    "spirals": ["plain network", "wave network"],
    "picture": ["plain network", "wave network"],
}
"""What those are called that show several networks beside each other."""
WITHOUT_A_LINE = ("regions", "picture")
DRAWN = ("coffee", "demo", "too_large_learning_rate", *VIEWS)
"""One of each kind; the others are trained and drawn in the long part."""
CUT = ("train.epochs=2", "train.snapshot_every=1", "film.size=[640,360]")


def test_there_are_at_least_eight_with_a_word_on_what_to_look_at() -> None:
    assert len(EXAMPLES) >= 8 and {path.stem for path in EXAMPLES} >= VIEWS.keys()
    for path in EXAMPLES:
        assert "Look at:" in path.read_text() or "look at" in path.read_text()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_right(path: Path, fitreel: Fitreel) -> None:
    done = fitreel("check", str(path))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=() if path.stem in DRAWN else pytest.mark.long, id=path.stem)
        for path in EXAMPLES
    ],
)
def test_example(path: Path, fitreel: Fitreel, tmp_path: Path) -> None:
    loaded = load_job(read_job_file(path), CUT)
    options = Options(runs=tmp_path / "runs", assignments=CUT)
    if loaded.job.compare.is_comparison:
        configurations = configurations_of(loaded, options)
        assert [each.label for each in configurations] == COMPARED[path.stem]
        jobs = [each.resolved_job for each in configurations]
    else:
        assert path.stem not in COMPARED
        jobs = [resolve_job(loaded)]
    for job in jobs:  # in this process, which has torch already
        run = ensure_trained(job, options, Report(quiet=True))
        view = view_of(run, loaded.job.film.view)
        assert len(run) == 3 and view == VIEWS.get(path.stem, "fit")
    cut = [word for each in CUT for word in ("--set", each)]
    done = fitreel("run", str(path), *cut, "-o", "still.png", "-q")
    assert (done.returncode, done.stderr) == (0, "")
    picture = iio.imread(tmp_path / "still.png")[..., :3].astype(int)
    if view in WITHOUT_A_LINE:
        seen = len(np.unique(picture.reshape(-1, 3), axis=0))
        assert seen > 1000, "an area of many colours"
    else:
        network = load_theme(loaded.job.film.theme).prediction
        colour = np.round(np.multiply(to_rgb(network), 255))
        near = np.abs(picture - colour).max(axis=2) < 8
        assert np.count_nonzero(near) > 250


def test_what_examples_learn_is_what_our_script_makes() -> None:
    made = runpy.run_path(str(ROOT / "tests" / "data" / "make_examples.py"))
    assert np.array_equal(iio.imread(FOLDER / "lighthouse.png"), made["lighthouse"]())
    assert (FOLDER / "bread.csv").read_text("utf-8") == made["loaves"]()


def test_the_gallerys_pictures_are_what_their_jobs_make() -> None:
    folder = ROOT / "docs" / "gallery"
    jobs = sorted(folder.glob("*.toml"))
    assert len(jobs) >= 6
    page = (ROOT / "docs" / "look.md").read_text("utf-8")
    for path in jobs:
        job = load_job(read_job_file(path)).job
        picture = folder / job.film.outputs[0]
        assert f"gallery/{path.name}" in page and f"gallery/{picture.name}" in page
        check_whole(picture)
        provenance = read_provenance(picture)
        assert provenance["job"] == dump_job(job), path
        assert provenance["film"]["size"] == list(job.film.pixels)


def test_targets_are_listed_and_drawn(program: Fitreel, fitreel: Fitreel, tmp_path: Path) -> None:
    told = program("targets", env={"PATH": "/usr/bin:/bin", "PYTHONIOENCODING": "ascii"})
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.isascii() and "weierstrass" in told.stdout
    assert fitreel("targets", "-o", "sheet.png", "-q").returncode == 0
    assert iio.imread(tmp_path / "sheet.png").shape[2] == 4
    assert fitreel("targets", "-o", "sheet.jpg").returncode == 65


def test_a_new_job_runs_as_it_is_and_is_not_overwritten(fitreel: Fitreel, tmp_path: Path) -> None:
    assert fitreel("new", "mine.toml").returncode == 0
    before = (tmp_path / "mine.toml").read_bytes()
    assert fitreel("new", "mine.toml").returncode == 65
    assert (tmp_path / "mine.toml").read_bytes() == before
    done = fitreel("run", "mine.toml", "--set", "train.epochs=10", "-q")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "mine.mp4").is_file()


def test_points_from_a_file_in_any_order_are_drawn_as_one_line(
    fitreel: Fitreel, tmp_path: Path
) -> None:
    """Shuffled points give the same picture as sorted ones, the line's ends apart."""
    rows = [f"{x / 20},{(x / 20) ** 2}" for x in range(-20, 21)]
    for name, order in (("sorted", rows), ("shuffled", rows[::2] + rows[1::2])):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "points.csv").write_text("x,y\n" + "\n".join(order) + "\n")
        (folder / "job.toml").write_text('[data]\nfile = "points.csv"\n[train]\nepochs = 1')
        assert fitreel("run", f"{name}/job.toml", "-o", f"{name}.png", "-q").returncode == 0
    first, second = (iio.imread(tmp_path / f"{name}.png") for name in ("sorted", "shuffled"))
    assert np.mean(np.any(first != second, axis=2)) < 0.01
    shutil.rmtree(tmp_path / "runs")


def test_the_last_frame_says_that_delta_was_reached(fitreel: Fitreel, tmp_path: Path) -> None:
    def last(*more: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        assert fitreel("run", "-q", "-o", "a.png", *more).returncode == 0
        return iio.imread(tmp_path / "a.png")

    top = slice(0, 57)  # above the axes
    reached = last("--set", "train.delta=0.15")
    assert (reached[top] < 128).any()
    assert not (last("--set", "train.epochs=5")[top] < 128).any()
