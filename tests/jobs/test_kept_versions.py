"""Records and films that the version before made: read, drawn, exported and gone on with."""

import json
import shutil
import signal
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from support.forked import Fault, forge
from support.program import ROOT, Fitreel

from fitreel.model.record.reader import Record
from fitreel.render.metadata.checksum import check_whole
from fitreel.render.metadata.provenance import read_provenance

DATA = ROOT / "tests" / "data"
RECORDS = sorted(path.parent for path in DATA.glob("records/*/run.json"))
FILMS = sorted(DATA.glob("films/*"))
SMALL = ("--set", "film.size=[160,120]")


@pytest.mark.parametrize("folder", RECORDS, ids=lambda path: path.name)
def test_a_record_is_read(folder: Path, fitreel: Fitreel) -> None:
    record = Record(folder)
    assert (record.ending is None) == (folder.name == "open")
    snapshots = list(record.snapshots(weights=True))
    assert len(snapshots) == len(record) >= 1
    parameters = json.loads((folder / "run.json").read_text())["parameters"]
    assert all(s.weights is None or s.weights.shape == (parameters,) for s in snapshots)
    facts = json.loads(fitreel("info", str(folder), "--json").stdout)
    assert facts["snapshots"] == len(record) and facts["ending"] == (
        record.ending or "not finished"
    )


@pytest.mark.parametrize("film", FILMS, ids=lambda path: path.name)
def test_a_film_is_read(film: Path, fitreel: Fitreel) -> None:
    check_whole(film)
    provenance = read_provenance(film)
    assert len(provenance.get("runs", [0])) == (2 if film.name == "comparison.gif" else 1)
    done = fitreel("info", f"{film}{'/' if film.is_dir() else ''}", "--json")
    assert (done.returncode, done.stderr) == (0, "")


def test_its_film_is_found_or_replaced_without_force(fitreel: Fitreel, tmp_path: Path) -> None:
    shutil.copy(DATA / "films" / "demo.png", tmp_path)
    before = iio.imread(tmp_path / "demo.png")
    done = fitreel("render", str(DATA / "records" / "linear"), *SMALL, "-o", "demo.png")
    assert (done.returncode, done.stderr) == (0, "")
    assert iio.imread(tmp_path / "demo.png").shape == before.shape
    done = fitreel("render", str(DATA / "records" / "demo"), *SMALL, "-o", "a.mp4")
    assert (done.returncode, done.stderr) == (0, "") and "a.mp4: 23 frames" in done.stdout


def test_a_record_is_exported(fitreel: Fitreel, tmp_path: Path) -> None:
    record = Record(DATA / "records" / "sine")
    done = fitreel("export", str(record.path), "-o", "a.npz")
    assert (done.returncode, done.stderr) == (0, "")
    with np.load(tmp_path / "a.npz") as arrays:
        assert arrays["epoch"].tolist() == record.epochs.tolist()
        assert arrays["loss"].tobytes() == record.losses.tobytes()


def test_a_training_that_was_stopped_goes_on(tmp_path: Path) -> None:
    """A little further, then it is stopped again: to its end it would be seconds."""
    before = Record(shutil.copytree(DATA / "records" / "open", tmp_path / "open"))
    epochs, losses = before.epochs.tolist(), before.losses.tolist()
    (tmp_path / "job.toml").write_text(
        'name = "open"\nseed = 8\n[data]\npoints = 20\n[network]\nhidden = [4]\n'
        '[train]\noptimizer = "Adam"\nlr = 0.002\nbatch_size = 1\nepochs = 1000\n'
        "snapshot_every = 50\n"
    )
    stopped = Fault(chunk=1, after="open/snapshots-00004-*", signals=[(0.0, signal.SIGTERM)])
    done = forge("train", "job.toml", "--run", "open", cwd=tmp_path, fault=stopped)
    assert done.code == 128 + signal.SIGTERM, done
    assert "an older fitreel began it, so it ends on its last snapshot" in done.stdout
    further = Record(tmp_path / "open")
    assert further.ending is None and len(further) > len(epochs)
    assert further.epochs.tolist()[: len(epochs)] == epochs
    assert further.losses.tolist()[: len(losses)] == losses
