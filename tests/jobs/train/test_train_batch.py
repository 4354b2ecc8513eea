"""`engine = "batched"` as a user meets it: comparisons, single jobs, cuts, refusals."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from support.program import FITREEL, Fitreel, time_limit

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.job.loading import DEMO, load_job
from fitreel.jobs.job.resolve import ResolvedJob, resolve_job
from fitreel.jobs.job.sweep import Configuration, configurations_of
from fitreel.jobs.job.vary import with_vary
from fitreel.jobs.runtime import signals
from fitreel.jobs.runtime.locks import locked
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.ensure_trained import ensure_batch_trained, ensure_trained
from fitreel.jobs.train.partition import partition
from fitreel.jobs.train.pool import worker_pool as pool
from fitreel.jobs.train.run_store import RunStore
from fitreel.model.batch_eligibility import MOST_NETWORKS, most_at_once
from fitreel.model.errors import Busy, CannotWrite, Stopped
from fitreel.model.record import writer as recorder
from fitreel.model.record.reader import Record

BATCHED = "train.engine=batched"
QUIET = Report(quiet=True)


def prepared(*assignments: str) -> ResolvedJob:
    return resolve_job(load_job(DEMO, (BATCHED, *assignments)))


def several(count: int, *assignments: str) -> list[ResolvedJob]:
    return [prepared(f"seed={k}", *assignments) for k in range(count)]


def found(vary: Sequence[str], *assignments: str) -> list[Configuration]:
    loaded = load_job(with_vary(DEMO, vary), assignments)
    return configurations_of(loaded, Options(assignments=assignments))


def bits(run: Record) -> list[Any]:
    """All that is recorded but the seconds."""
    return [
        run.ending,
        run.ending_epoch,
        *(
            (s.epoch, repr(s.loss), s.prediction.tobytes(), s.weights.tobytes())
            for s in run.snapshots(weights=True)
            if s.weights is not None
        ),
    ]


def alone(one: ResolvedJob, folder: Path) -> Record:
    """Trained in a batch of one."""
    return ensure_trained(one, Options(runs=folder), QUIET)


def runs_in(folder: Path) -> list[Record]:
    return [Record(path) for path in sorted(folder.iterdir()) if not path.name.startswith(".")]


def test_a_single_job_is_a_batch_of_one_and_says_so(fitreel: Fitreel, tmp_path: Path) -> None:
    more = ("--set", "train.epochs=40")
    done = fitreel("train", *more, "--set", BATCHED)
    assert (done.returncode, done.stderr) == (0, "") and "9 snapshots, 40 epochs" in done.stdout
    assert fitreel("train", *more, "-q").returncode == 0
    by_engine = {run.header.job["train"].get("engine"): run for run in runs_in(tmp_path / "runs")}
    mine, exact = by_engine["batched"], by_engine[None]
    assert mine.header.fingerprint != exact.header.fingerprint
    assert mine.header.network == exact.header.network
    assert mine.x.tobytes() == exact.x.tobytes() and mine.y.tobytes() == exact.y.tobytes()
    assert abs(mine.losses - exact.losses).max() < 1e-5
    again = fitreel("train", *more, "--set", BATCHED)
    assert again.returncode == 0 and "already trained" in again.stdout


def test_a_comparison_trains_each_shape_at_once_into_folders_of_their_own(
    fitreel: Fitreel, tmp_path: Path
) -> None:
    command = (
        "compare",
        *("--vary", "seed=1,2,3", "--vary", "network.hidden=[7],[9,5]", "--set", BATCHED),
        *("--set", "train.epochs=40", "-o", "a.png", "--set", "film.size=[1200,800]"),
    )
    done = fitreel(*command, "--workers", "1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("training 3 networks at once") == 2
    runs = runs_in(tmp_path / "runs")
    assert len(runs) == 6 and all(run.ending == "complete" for run in runs)
    for one in found(["seed=2", "network.hidden=[7],[9,5]"], BATCHED, "train.epochs=40"):
        mine = Record(RunStore(tmp_path / "runs").path_of(one.resolved_job))
        assert bits(mine) == bits(alone(one.resolved_job, tmp_path / "alone"))
    again = fitreel(*(part.replace("1,2,3", "1,2,3,4") for part in command), "--workers", "1")
    assert "6 of 8 configurations already trained" in again.stdout
    assert again.stdout.count("training 2 networks at once") == 0
    assert [bits(Record(run.path)) for run in runs] == [bits(run) for run in runs]


def test_batches_of_one_shape_are_spread_over_the_workers() -> None:
    many = found(
        ["seed=1,2,3,4,5", "network.hidden=[7],[9]", "train.engine=batched,exact"],
        "train.epochs=9",
    )
    waiting = range(len(many))
    for workers in (1, 2, 3, 50):
        shares = partition(many, waiting, workers)
        assert sorted(number for share in shares for number in share) == list(waiting)
        for share in shares:
            jobs = [many[number].resolved_job.loaded.job for number in share]
            assert len({(job.network.hidden, job.train.engine) for job in jobs}) == 1
            assert jobs[0].train.engine == "batched" or len(share) == 1
        sizes = [len(share) for share in shares if len(share) > 1]
        assert not sizes or max(sizes) <= max(1, -(-10 // workers))
    sizes = [len(share) for share in partition(many, waiting, 1)]
    assert sizes == [5, 5] + [1] * 10


def test_a_batch_holds_no_more_than_memory_and_open_files_allow() -> None:
    seeds = ",".join(str(seed) for seed in range(256))
    many = found([f"seed={seeds}"], BATCHED, "train.epochs=9")
    assert [len(share) for share in partition(many, range(256), 1)] == [MOST_NETWORKS] * 4
    wide = prepared("network.hidden=[4000,4000]").loaded.job.network
    assert 1 <= most_at_once(wide, 100, (1, 1)) < 10


@pytest.mark.parametrize(
    ("vary", "label", "part"),
    [
        ("network.dropout=0,0.1", "dropout 0.1", "network.dropout"),
        ("train.optimizer=SGD,LBFGS", "LBFGS", "LBFGS"),
        ("train.batch_size=10,100", "batch size 10", "train.batch_size"),
    ],
)
def test_what_cannot_be_batched_is_refused_by_name_before_any_is_trained(
    vary: str, label: str, part: str, fitreel: Fitreel, tmp_path: Path
) -> None:
    more = ("--set", BATCHED, "--set", "train.epochs=10", "-q")
    done = fitreel("compare", "--vary", vary, *more, "-o", "a.png", "--workers", "1")
    assert done.returncode == 65 and len(done.stderr.splitlines()) == 1
    assert f"{label}: " in done.stderr and part in done.stderr
    assert 'use engine = "exact"' in done.stderr
    left = (tmp_path / "runs").glob("*") if (tmp_path / "runs").exists() else ()
    assert not [path.name for path in left if not path.name.endswith(".lock")]
    key, _, values = vary.partition("=")
    wrong = values.split(",")[0] if part == "train.batch_size" else values.split(",")[1]
    single = fitreel("run", *more, "--set", f"{key}={wrong}")
    assert single.returncode == 65 and part in single.stderr


def test_one_that_diverges_or_reaches_its_delta_ends_alone(tmp_path: Path) -> None:
    relu = ("network.activations=relu", "train.epochs=60")
    asked = [
        prepared("seed=1", *relu),
        prepared("seed=2", "train.lr=1e4", *relu),
        prepared("seed=3", "train.delta=0.5", *relu),
        prepared("seed=4", "train.epochs=20", "network.activations=relu"),
    ]
    assert ensure_batch_trained(asked, Options(runs=tmp_path / "runs"), QUIET) == {}
    runs = [Record(RunStore(tmp_path / "runs").path_of(one)) for one in asked]
    assert [run.ending for run in runs] == ["complete", "diverged", "delta", "complete"]
    for one, run in zip(asked, runs, strict=True):
        assert bits(run) == bits(alone(one, tmp_path / "alone"))
        assert (run.state_file is None) == (run.ending == "diverged")


def test_one_that_fails_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = several(5, "train.epochs=30")
    options = Options(runs=tmp_path / "runs")
    store = RunStore.of(options)
    unwritable, foreign = store.path_of(asked[3]), store.path_of(asked[4])
    foreign.mkdir(parents=True)
    (foreign / "thesis.tex").write_text("mine")
    write_whole = recorder.write_whole

    def full(path: Path, content: bytes) -> None:
        if path.parent == unwritable and path.name.startswith("state"):
            raise CannotWrite(f"{path}: no space left")
        write_whole(path, content)

    monkeypatch.setattr(recorder, "write_whole", full)
    monkeypatch.setattr(recorder, "SECONDS_A_CHUNK", 0.0)
    with locked(store.path_of(asked[1]), "run"):
        failures = ensure_batch_trained(asked, options, QUIET)
    assert {k: error.exit_code for k, error in failures.items()} == {1: 75, 3: 74, 4: 65}
    assert isinstance(failures[1], Busy) and "thesis.tex" in str(failures[4])
    for k in (0, 2):
        assert bits(Record(store.path_of(asked[k]))) == bits(alone(asked[k], tmp_path / "alone"))


class _StopAt(Report):
    """A signal comes while this is told of an epoch."""

    def __init__(self, epoch: int, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(quiet=True)
        self.epoch, self.patch = epoch, monkeypatch

    def progress(self, what: str, total: int, unit: str) -> Any:
        outer = super().progress(what, total, unit)

        class Watching:
            def __enter__(_) -> Any:
                outer.__enter__()

                def update(done: int, word: str) -> None:
                    if done >= self.epoch:
                        self.patch.setattr(signals, "_received", [signal.SIGTERM])

                return update

            def __exit__(_, *error: Any) -> None:
                outer.__exit__(*error)

        return Watching()


@pytest.mark.parametrize("more", [(), ("train.optimizer=Adam", "network.activations=gelu")])
def test_a_stopped_batch_goes_on_bit_for_bit_with_whoever_is_left(
    more: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = several(4, "network.hidden=[7,5]", "train.epochs=50", *more)
    asked.append(prepared("network.hidden=[7,5]", "train.epochs=20", "seed=9", *more))
    options = Options(runs=tmp_path / "runs")
    store = RunStore.of(options)
    with monkeypatch.context() as patch, pytest.raises(Stopped):
        ensure_batch_trained(asked, options, _StopAt(30, patch))
    stood = [Record(store.path_of(one)) for one in asked]
    assert [run.ending for run in stood] == [None] * 4 + ["complete"]
    assert all(len(run) == 7 for run in stood[:4])
    # One of them is another second behind, as where writing was cut short.
    behind = store.path_of(asked[2])
    shutil.rmtree(behind)
    with monkeypatch.context() as patch, pytest.raises(Stopped):
        ensure_trained(asked[2], options, _StopAt(10, patch))
    monkeypatch.setattr(recorder, "SECONDS_A_CHUNK", 0.0)
    assert ensure_batch_trained([asked[3], asked[2], asked[0]], options, QUIET) == {}
    assert ensure_batch_trained(asked, options, QUIET) == {}
    for one in asked:
        assert bits(Record(store.path_of(one))) == bits(alone(one, tmp_path / "alone"))


@pytest.mark.parametrize(
    ("number", "epochs", "sign"),
    [
        pytest.param(signal.SIGTERM, 6000, "run.json", marks=pytest.mark.long),
        pytest.param(signal.SIGKILL, 60_000, "state-*", marks=pytest.mark.long),
    ],
)
def test_an_interrupted_batched_comparison_ends_where_an_uninterrupted_one_does(
    number: signal.Signals, epochs: int, sign: str, fitreel: Fitreel, tmp_path: Path
) -> None:
    more = (BATCHED, "network.hidden=[7,5]", f"train.epochs={epochs}", "train.snapshot_every=50")
    sets = [part for text in more for part in ("--set", text)]
    command = ("compare", "--vary", "seed=1,2,3,4", *sets, "-o", "a.png", "-q", "--workers")
    process = subprocess.Popen([*FITREEL, *command, "2"], cwd=tmp_path, stdin=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while len(list((tmp_path / "runs").glob(f"*/{sign}"))) < 4:
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.02)
    asked_at = time.monotonic()
    process.send_signal(number)
    code = process.wait(30)
    assert time.monotonic() - asked_at < time_limit(2)
    assert code == (128 + number if number == signal.SIGTERM else -number)
    time.sleep(0.3 if number == signal.SIGKILL else 0)  # its workers die with it
    cut = runs_in(tmp_path / "runs")
    assert len(cut) == 4 and any(run.ending is None and len(run) for run in cut)
    done = fitreel(*command, "1")
    assert (done.returncode, done.stderr) == (0, "")
    for one in found(["seed=2,4"], *more):
        mine = Record(RunStore(tmp_path / "runs").path_of(one.resolved_job))
        assert bits(mine) == bits(alone(one.resolved_job, tmp_path / "alone"))


@pytest.mark.parametrize("more", [(), ("--workers", "2")])
def test_one_core_and_no_new_process_is_slower_and_not_broken(
    more: tuple[str, ...], fitreel: Fitreel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By default one core means no worker; where a worker can't be started, there is none."""
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system doesn't bind processes to cores")
    tried = []

    def refused(*arguments: Any, **options: Any) -> Any:
        tried.append(arguments)
        raise OSError("Resource temporarily unavailable")

    monkeypatch.setattr(pool.subprocess, "Popen", refused)
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        done = fitreel(
            *("compare", "--vary", "train.engine=exact,batched", "--vary", "seed=1,2"),
            *("--set", "train.epochs=20", "-o", "a.png", *more),
        )
    finally:
        os.sched_setaffinity(0, cores)
    assert (done.returncode, done.stderr) == (0, "")
    assert bool(tried) == bool(more) == ("cannot start a process" in done.stdout)
    runs = runs_in(tmp_path / "runs")
    assert len(runs) == 4 and all(run.ending == "complete" for run in runs)


@pytest.mark.long
def test_two_hundred_and_fifty_six_networks(fitreel: Fitreel, tmp_path: Path) -> None:
    seeds = ",".join(str(seed) for seed in range(256))
    sets = ("--set", BATCHED, "--set", "train.epochs=30", "--set", "film.size=4k")
    done = fitreel("compare", "--vary", f"seed={seeds}", *sets, "-q", "-o", "a.png")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(runs_in(tmp_path / "runs")) == 256
