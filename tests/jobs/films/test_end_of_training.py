"""Films, tables, exports and `info` end on what training came to; the demo's film, as ever, before.

Trainings of which one snapshot, the first, is kept beside their end.
"""

import csv
import json
import math
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest
from support import forged_record
from support.program import DATA, Fitreel, train_here

import fitreel
from fitreel.model.record.chunk import Tensors
from fitreel.model.record.reader import Record
from fitreel.render.metadata.provenance import read_provenance

FEW = ("train.epochs=20", "train.snapshot_every=100", "data.points=20", "network.hidden=[5]")
SMALL = ("--set", "film.size=[320,240]")
THEMED = (
    "--set", "film.theme=dark", "--set", "film.pace=even", "--set", "film.captions=none",
    "--set", "film.hold_end=0.5",
)  # fmt: skip
"""Held, so that what is said at the end has come."""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Record]:
    """A training that is complete, one that reached its delta, and one that diverged."""
    folder = tmp_path_factory.mktemp("ends")
    relu = "network.activations=relu"
    return {
        "complete": train_here(folder, *FEW),
        "slow": train_here(folder, *FEW, "train.lr=0.0001"),
        "delta": train_here(folder, *FEW, "train.delta=0.2"),
        "diverged": train_here(folder, *FEW, relu, "train.lr=1e4", "train.epochs=200"),
    }


def without_end(run: Record, folder: Path) -> Path:
    """The record as the version before would have written it, but for the format."""

    def change(tensors: Tensors, metadata: dict[str, str]) -> None:
        if metadata.pop("closing", ""):
            for name, values in tensors.items():
                tensors[name] = values[:-1].copy()

    forged_record.write(folder, run, chunk=change)
    return folder


def frames_of(fitreel: Fitreel, run: Path, folder: Path, *options: str) -> list[Any]:
    done = fitreel("render", str(run), "-o", f"{folder}/", *SMALL, *options)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return [iio.imread(path) for path in sorted(folder.glob("*.png"))]


def test_records_have_their_end(trained: dict[str, Record]) -> None:
    ends = {name: (run.epochs.tolist(), run.closing) for name, run in trained.items()}
    assert ends["complete"] == ends["slow"] == ([0, 20], 1)
    assert ends["delta"][1] is None and ends["delta"][0][-1] == trained["delta"].ending_epoch
    assert ends["diverged"] == ([0, trained["diverged"].ending_epoch], 1)
    assert not math.isfinite(trained["diverged"].losses[-1])
    run = fitreel.Run(trained["complete"].path)
    assert (run.closing, run.epoch[-1], run.prediction.shape) == (1, 20, (2, 20))
    states = {name: run.state_file is not None for name, run in trained.items()}
    assert states == {"complete": True, "slow": True, "delta": True, "diverged": False}


@pytest.mark.parametrize("name", ["complete", "diverged"])
def test_the_demos_own_film_ends_before_the_last_step(
    fitreel: Fitreel, tmp_path: Path, trained: dict[str, Record], name: str
) -> None:
    run = trained[name]
    before = without_end(run, tmp_path / "before")
    films = ("-o", "a.png", "-o", "a.srt", "-o", "a.gif")
    frames = frames_of(fitreel, run.path, tmp_path / "now", *films)
    subtitles = (tmp_path / "a.srt").read_text()
    assert read_provenance(tmp_path / "a.png")["film"]["epoch"] == 0
    old = frames_of(fitreel, before, tmp_path / "then", "-o", "a.srt", "--force")
    assert len(frames) == len(old) == 1 and np.array_equal(frames[0], old[0])
    assert subtitles == (tmp_path / "a.srt").read_text()
    end = str(run.ending_epoch)
    done = fitreel("render", str(run.path), "-o", "end.png", "--at", end, *SMALL)
    assert done.returncode == 0 and f"end.png: epoch {end}" in done.stdout
    assert not np.array_equal(iio.imread(tmp_path / "end.png"), frames[0])
    near = fitreel("render", str(run.path), "-o", "x.png", "--at", "10000", *SMALL)
    assert near.returncode == 65 and f"the nearest is epoch {end}" in near.stderr


@pytest.mark.parametrize("name", ["complete", "diverged"])
def test_themed_films_and_pages_end_on_it(
    fitreel: Fitreel, tmp_path: Path, trained: dict[str, Record], name: str
) -> None:
    run = trained[name]
    panels = ("--set", 'film.panels=["loss","residuals","units","error","weights","gradients"]')
    size = ("--set", "film.size=720p")
    outputs = ("-o", "a.png", "-o", "a.srt", "-o", "a.svg", "-o", "b.mp4")
    frames = frames_of(fitreel, run.path, tmp_path / "now", *THEMED, *panels, *size, *outputs)
    assert len(frames) == 12 and np.array_equal(frames[-1], iio.imread(tmp_path / "a.png"))
    end = int(run.epochs[-1])
    assert read_provenance(tmp_path / "a.png")["film"]["epoch"] == end
    assert f"{end}" in (tmp_path / "a.svg").read_text()
    # Also the demo's: a page is no film.
    page = fitreel("render", str(run.path), "-o", "demo.svg", "--sheet", "2x1")
    assert page.returncode == 0 and f"{end}" in (tmp_path / "demo.svg").read_text()
    again = fitreel("render", str(run.path), "-o", "now/", "-o", "b.mp4", *SMALL, *THEMED, *panels,
                    *size)  # fmt: skip
    assert again.stdout.count("up to date") == 2


@pytest.mark.parametrize("layout", ["grid", "overlay"])
def test_a_comparison_ends_on_it(
    fitreel: Fitreel, tmp_path: Path, trained: dict[str, Record], layout: str
) -> None:
    runs = [str(run.path) for run in trained.values()]
    options = ("--set", f"compare.layout={layout}", "--set", "compare.loss_panel=true")
    outputs = ("-o", "a.png", "--table", "t.csv", "--table", "t.json", "--table", "t.md")
    done = fitreel("render", *runs, *outputs, *options)
    assert (done.returncode, done.stderr) == (0, "")
    with (tmp_path / "t.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["rank"] for row in rows] == ["1", "2", "3", ""]
    by_loss = sorted((each for each in trained.values() if each.ending != "diverged"),
                     key=lambda each: float(each.losses[-1]))  # fmt: skip
    assert [row["final_loss"] for row in rows] == [str(e.losses[-1]) for e in by_loss] + [""]
    assert len({row["final_loss"] for row in rows}) == 4
    ends = {str(round(float(each.seconds[-1]), 3)) for each in trained.values()}
    assert {row["seconds"] for row in rows} == ends
    assert (
        rows[-1]["ended"].startswith("diverged at")
        and "| - |" in ((tmp_path / "t.md").read_text().splitlines()[-1])
    )
    assert json.loads((tmp_path / "t.json").read_text())[-1]["final_loss"] is None


def test_exports_and_info_end_on_it(
    fitreel: Fitreel, tmp_path: Path, trained: dict[str, Record]
) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    for name in ("complete", "diverged"):
        run = trained[name]
        assert fitreel("export", str(run.path), "-o", f"{name}.npz", "-o", f"{name}.csv",
                       "-q").returncode == 0  # fmt: skip
        with np.load(tmp_path / f"{name}.npz") as arrays:
            assert arrays["epoch"].tolist() == [0, run.ending_epoch]
            assert arrays["loss"].tobytes() == run.losses.tobytes()
        with (tmp_path / f"{name}.csv").open() as file:
            last = list(csv.DictReader(file))[-1]
        assert int(last["epoch"]) == run.ending_epoch
        assert np.float32(last["loss"]).tobytes() == run.losses[-1].tobytes()
        told = fitreel("info", str(run.path), "--json").stdout
        facts = json.loads(told, parse_constant=refuse)
        assert facts["last_epoch"] == facts["closing_epoch"] == run.ending_epoch
        assert facts["lowest_loss"] == float(np.nanmin(run.losses))
        assert facts["seconds"] == round(float(run.seconds[-1]), 3)
        assert facts["last_loss"] == (float(run.losses[-1]) if name == "complete" else None)
    assert (
        f"last loss: {trained['diverged'].losses[-1]}"
        in fitreel("info", str(trained["diverged"].path)).stdout
    )


def test_a_record_of_an_older_fitreel_ends_where_it_did_and_says_so(
    fitreel: Fitreel, tmp_path: Path
) -> None:
    done = fitreel("render", str(DATA / "records" / "demo"), "-o", "a.png", *SMALL, *THEMED)
    last = int(Record(DATA / "records" / "demo").epochs[-1])
    line = f"recorded by an older fitreel up to epoch {last}, before the last step"
    assert done.returncode == 0 and line in done.stdout and f"a.png: epoch {last}" in done.stdout
    assert line in fitreel("export", str(DATA / "records" / "demo"), "-o", "a.npz").stdout


def test_training_it_again_leaves_the_state_to_go_on_from(fitreel: Fitreel, tmp_path: Path) -> None:
    command = ["train", *(word for text in FEW for word in ("--set", text))]
    assert fitreel(*command).returncode == 0
    (state,) = tmp_path.glob("runs/*/state-*")
    leftover = state.with_name(f"state-00007-{'0' * 32}.safetensors")
    leftover.write_bytes(b"of a process that was killed")
    assert "already trained (2 snapshots)" in fitreel(*command).stdout
    assert list(tmp_path.glob("runs/*/state-*")) == [state]
