"""Trainings by a real Slurm, on one machine: as a cluster's jobs, and as an array of parts."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.many import assert_same, begin, records, wait_until
from support.program import ROOT, Fitreel, train_here
from support.slurm import is_possible, slurm_in

pytest.importorskip("dask_jobqueue")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not is_possible(), reason="no Slurm here, or not root"),
]
EPOCHS = 3000


@pytest.fixture(scope="module")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with (
        slurm_in(tmp_path_factory.mktemp("slurm")) as configuration,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("SLURM_CONF", str(configuration))
        yield


@pytest.fixture(scope="module")
def trained_here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("here")
    for seed in (1, 2, 3, 4):
        train_here(folder, f"seed={seed}", f"train.epochs={EPOCHS}")
    return folder / "runs"


def jobs() -> list[str]:
    """Of those that run, the numbers."""
    done = subprocess.run(["squeue", "-h", "-t", "R", "-o", "%i"], capture_output=True, text=True)
    return done.stdout.split()


@pytest.mark.usefixtures("slurm")
def test_jobs_of_a_cluster_train_and_one_that_ends_is_made_up_for(
    trained_here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("CORES", "1"), ("MEMORY", "400MB"), ("LOCAL_DIRECTORY", str(tmp_path))):
        monkeypatch.setenv(f"DASK_JOBQUEUE__SLURM__{name}", value)
    process = begin(
        *(tmp_path, "train", "--vary", "seed=1,2,3,4", "--set", f"train.epochs={EPOCHS}"),
        *("--cluster", "slurm", "--workers", "2", "--wait", "--wait-limit", "300"),
    )
    wait_until(lambda: list(tmp_path.glob("runs/[!.]*")), 300)
    subprocess.run(["scancel", wait_until(jobs)[0]], check=True)
    said, errors = process.communicate(timeout=600)
    assert (process.returncode, errors) == (0, ""), said
    assert_same(trained_here, tmp_path / "runs")
    wait_until(lambda: not jobs())


@pytest.mark.usefixtures("slurm")
def test_an_array_of_parts_trains_all_and_a_comparison_finds_them(
    trained_here: Path, program: Fitreel, tmp_path: Path
) -> None:
    """As docs/cluster.md says it."""
    (tmp_path / "sweep.toml").write_text(
        f'name = "demo"\n[train]\nepochs = {EPOCHS}\n[compare.vary]\nseed = [1, 2, 3, 4]\n'
    )
    text = (ROOT / "docs" / "cluster.md").read_text("utf-8")
    script = text[text.index("#!/bin/bash") :].partition("```")[0]
    for before, after in (
        ("1-20", "1-3"),
        ("/20", "/3"),
        (".venv/bin/fitreel", str(Path(sys.executable).parent / "fitreel")),
    ):
        assert before in script
        script = script.replace(before, after)
    (tmp_path / "array.sh").write_text(script)
    subprocess.run(["sbatch", "--wait", "array.sh"], cwd=tmp_path, check=True, timeout=600,
                   env=os.environ | {"OMP_NUM_THREADS": "1"})  # fmt: skip
    assert len(records(tmp_path / "runs")) == 4
    done = program("compare", "sweep.toml", "--table", "ranking.md", "-o", "last.png")
    assert done.returncode == 0 and "4 of 4 configurations already trained" in done.stdout, done
    assert_same(trained_here, tmp_path / "runs")
