"""`fitreel train` of comparisons: all, a part, what is refused; and GPUs that are alike."""

import json
from pathlib import Path

import pytest
from support.program import Fitreel

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.job.loading import DEMO, load_job
from fitreel.jobs.job.resolve import resolve_job
from fitreel.jobs.job.sweep import configurations_of
from fitreel.jobs.job.vary import with_vary
from fitreel.jobs.train.run_store import RunStore
from fitreel.model.record.header import header_digest
from fitreel.model.record.reader import HEADER, Record

JOB = "[train]\nepochs = 5\n[compare.vary]\nseed = [1, 2, 3, 4, 5]\n"


@pytest.fixture
def job(tmp_path: Path) -> str:
    (tmp_path / "job.toml").write_text(JOB)
    return "job.toml"


def seeds(runs: Path) -> list[int]:
    return sorted(Record(each.parent).header.job["seed"] for each in runs.glob("[!.]*/run.json"))


def test_shards_train_each_its_part_and_together_all(
    job: str, fitreel: Fitreel, tmp_path: Path
) -> None:
    for number, part in ((1, [1, 4]), (2, [2, 5]), (3, [3])):
        done = fitreel("train", job, "--shard", f"{number}/3", "--runs", f"runs-{number}",
                       "--workers", "1")  # fmt: skip
        assert done.returncode == 0, done
        assert seeds(tmp_path / f"runs-{number}") == part
    done = fitreel("train", job, "--runs", "runs-1", "--workers", "1")
    assert done.returncode == 0 and seeds(tmp_path / "runs-1") == [1, 2, 3, 4, 5]
    assert "2 of 5 configurations already trained" in done.stdout
    assert not list(tmp_path.glob("*.mp4"))


@pytest.mark.parametrize("shard", ["9/8", "0/2", "1", "a/b", "1/2/3", "-1/2", ""])
def test_a_part_that_is_none_is_refused(job: str, fitreel: Fitreel, shard: str) -> None:
    done = fitreel("train", job, f"--shard={shard}")
    assert done.returncode == 65 and "--shard" in done.stderr


def test_what_a_comparison_or_a_single_job_cannot_have(job: str, fitreel: Fitreel) -> None:
    assert fitreel("train", job, "--run", "one").returncode == 2
    assert fitreel("train", "--shard", "1/2").returncode == 65
    for command in ("info", "render", "export"):
        assert fitreel(command, "--cluster", "tcp://a:1", "x").returncode == 2


ADDRESSES = (
    *("tcp://secret", "http://secret:1", "tcp://secret:x", "secret:8786", "", " ", "tcp://:1"),
    *("tcp://secret:1/b", "tcp://secret:0", "tcp://secret:99999", "tcp://", " tcp://secret:1"),
    *(
        "tcp://secret:1 ",
        "tcp://secret:1\n",
        "tcp://se cret:1",
        "tcp://secret:1?",
        "tcp://secret:1#",
    ),
    *("TCP://secret:1", "tcp://a:secret@b:1", "tcp://[::1", "tcp://secret:１", "Slurm", "secret"),
)


def test_an_address_that_is_none_is_refused_and_not_repeated(
    job: str, fitreel: Fitreel, tmp_path: Path
) -> None:
    """What is said goes into logs, too, where no address belongs, nor what is meant for one."""
    for address in ADDRESSES:
        done = fitreel("train", job, f"--cluster={address}", "--log", "log")
        assert done.returncode == 65 and done.stderr.count("\n") == 1, address
        assert "secret" not in done.stderr.casefold(), address
    assert "secret" not in (tmp_path / "log").read_text().casefold()


def test_the_variable_counts_where_it_says_something(
    job: str, fitreel: Fitreel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address, code in (("", 0), (" ", 65), (" tcp://a:1", 65), ("foo", 65)):
        monkeypatch.setenv("FITREEL_CLUSTER", address)
        done = fitreel("train", job, "--workers", "1")
        assert done.returncode == code, address
        assert code == 0 or "$FITREEL_CLUSTER" in done.stderr
        assert fitreel("ls").returncode == 0


def test_which_gpu_does_not_count_and_older_records_are_found(tmp_path: Path) -> None:
    def resolved(device: str):  # type: ignore[no-untyped-def]
        return resolve_job(load_job(DEMO, [f"train.device={device}", "train.epochs=5"]))

    assert resolved("cuda:3").fingerprint == resolved("cuda").fingerprint
    assert resolved("cuda").fingerprint != resolved("cpu").fingerprint
    # As the version before has written it, when the number counted.
    old = resolved("cuda").other_fingerprints[3]
    from support.program import train_here

    run = train_here(tmp_path, "train.epochs=5")
    values = json.loads((run.path / HEADER).read_text()) | {"fingerprint": old}
    del values["digest"]
    folder = tmp_path / "runs" / f"demo-{old[:12]}"
    run.path.rename(folder)
    (folder / HEADER).write_text(json.dumps(values | {"digest": header_digest(values)}))
    store = RunStore.of(Options(runs=tmp_path / "runs"))
    for device in ("cuda", "cuda:3", "cuda:0"):
        assert store.path_of(resolved(device)) == folder
    assert store.path_of(resolved("cpu")) != folder


def test_ten_thousand_configurations_are_resolved_and_labelled() -> None:
    seeds = ",".join(map(str, range(2000)))
    loaded = load_job(with_vary(DEMO, [f"seed={seeds}"]))
    configurations = configurations_of(loaded, Options())
    assert len({each.label for each in configurations}) == 2000
