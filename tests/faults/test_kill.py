"""SIGKILL before, after and in the middle of every call that changes files; then the same again.

The naive controls are the same program with its writing in place instead of beside, and without
sweeping: the harness sees half-made films and records, and leftovers.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import imageio.v3 as iio
import pytest
from support.forked import Fault, film, forge, record

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.render.metadata.checksum import check_whole

SMALL = ("--set", "film.size=[320,240]", "-q")
OTHER = "400,300"
TRAIN = ("--set", "train.epochs=60", "--set", "train.optimizer=Adam")
CHUNK = 15_000  # three snapshots
HOW = ("before", "middle", "after")
LONG = pytest.mark.long
FILMS = ("a.mp4", "a.gif", "a.webm", "a.png", "frames/")
QUICK = [name if name == "a.mp4" else pytest.param(name, marks=LONG) for name in FILMS]

Content = dict[str, bytes]


def content_of(path: Path) -> Content:
    """All bytes of a film or a folder of frames; empty where there is none."""
    if path.is_dir():
        return {file.name: file.read_bytes() for file in path.iterdir()}
    return {path.name: path.read_bytes()} if path.exists() else {}


def hidden(folder: Path) -> list[str]:
    """What should have been swept."""
    found = [path for path in folder.rglob("*") if path.name.startswith(".")]
    return [path.name for path in found if not path.name.endswith((".lock", ".fitreel"))]


def points(total: int, wanted: int | None) -> Sequence[int]:
    """Which calls are killed: `wanted` of them, the last two for certain; None: every one."""
    if wanted is None:
        return range(1, total + 1)
    early = [1 + number * total // wanted for number in range(1, wanted - 1)]
    return [*early, total - 1, total]


def calls_of(*command: str, cwd: Path, fault: Fault | None = None) -> int:
    """How many calls an uninterrupted run makes."""
    counted = cwd / "counted"
    counting = replace(fault or Fault(), count_to=str(counted))
    assert forge(*command, cwd=cwd, fault=counting).code == 0
    number = int(counted.read_text())
    counted.unlink()
    return number


@pytest.mark.parametrize("wanted", [3, pytest.param(None, marks=LONG)])
@pytest.mark.parametrize("name", QUICK)
def test_films(tmp_path: Path, name: str, wanted: int | None) -> None:
    here, new, old = (
        tmp_path / name,
        content_of(film(name)),
        content_of(film(name, OTHER)),
    )
    command = ("render", str(record()), "-o", name, *SMALL)

    def put_old() -> None:
        shutil.rmtree(here, ignore_errors=True) if here.is_dir() else here.unlink(missing_ok=True)
        if here.suffix:
            shutil.copy(film(name, OTHER), here)
        else:
            shutil.copytree(film(name, OTHER), here)

    put_old()
    total = calls_of(*command, cwd=tmp_path)
    assert total >= (6 if name == "a.png" else 12) and content_of(here) == new != old
    kills = 0
    for number in points(total, wanted):
        for how in HOW if wanted is None else [HOW[number % 3]]:
            put_old()
            done = forge(*command, cwd=tmp_path, fault=Fault(kill_at=number, kill=how))
            kills += done.killed
            assert done.killed or (done.code == 0 and number > total - 3), (number, how, done)
            assert content_of(here) in (old, new), (number, how)
            again = forge(*command, cwd=tmp_path)
            assert (again.code, again.stdout, again.stderr) == (0, "", ""), (number, how)
            assert content_of(here) == new, (number, how)
            assert hidden(tmp_path) == [], (number, how)
    assert kills


def test_a_folder_moved_aside_comes_back(tmp_path: Path) -> None:
    """Where two names can't be exchanged in one step, and the kill comes between two renames."""
    aside = tmp_path / ".frames.77-0123456789abcdef.fitreel.old.tmp"
    shutil.copytree(film("frames/", OTHER), aside)
    command = ("render", str(record()), "-o", "frames/", *SMALL, "--set", f"film.size=[{OTHER}]")
    done = forge(*command, cwd=tmp_path)
    assert done.code == 0 and hidden(tmp_path) == []
    assert content_of(tmp_path / "frames") == content_of(film("frames/", OTHER))
    refused = forge("info", "frames", cwd=tmp_path)
    assert refused.code == 0


@pytest.mark.parametrize("name", QUICK)
def test_a_naive_film_writer_is_caught(tmp_path: Path, name: str) -> None:
    naive = ["direct", "unswept"]
    command = ("render", str(record()), "-o", name, *SMALL)
    new = content_of(film(name))
    total = calls_of(*command, cwd=tmp_path, fault=Fault(naive=naive))
    for number in range(total - 1, 0, -1):
        for how in ("middle", "before"):
            here = tmp_path / name
            shutil.rmtree(here) if here.is_dir() else here.unlink(missing_ok=True)
            fault = Fault(kill_at=number, kill=how, naive=naive)
            if forge(*command, cwd=tmp_path, fault=fault).killed:
                found = content_of(tmp_path / name)
                if found not in ({}, new):
                    return
    raise AssertionError("the harness sees nothing half-made")


def numbers(record: Path) -> list[bytes]:
    """All that is in a whole record, but the seconds that training took."""
    run = Record(record)
    assert run.ending == "complete"
    kept = [json.dumps(asdict(run.header)).encode(), run.x.tobytes(), run.y.tobytes()]
    for snapshot in run.snapshots(weights=True):
        assert snapshot.weights is not None
        kept += [snapshot.prediction.tobytes(), snapshot.weights.tobytes()]
        kept += [repr((snapshot.epoch, snapshot.loss, snapshot.truth_loss)).encode()]
    return kept


def strangers(record: Path) -> list[str]:
    """Files that a finished record doesn't have."""
    kinds = ("run.json", "points-", "snapshots-")
    names = [file.name for file in record.iterdir() if not file.name.startswith(kinds)]
    state = Record(record).state_file
    assert state is not None
    return [name for name in names if name != state.name]


@pytest.mark.parametrize("wanted", [3, pytest.param(None, marks=LONG)])
def test_training(tmp_path: Path, wanted: int | None) -> None:
    """Killed once, then finished; and killed at every so many calls until it is through."""
    expected = numbers(record())
    command = ("train", *TRAIN, "-o", "r", "-q")
    chunk = Fault(chunk=CHUNK)
    total = calls_of(*command, cwd=tmp_path, fault=chunk)
    assert total > 40
    for number in points(total, wanted):
        for how in HOW if wanted is None else [HOW[number % 3]]:
            shutil.rmtree(tmp_path / "r", ignore_errors=True)
            fault = Fault(chunk=CHUNK, kill_at=number, kill=how)
            assert forge(*command, cwd=tmp_path, fault=fault).killed, (number, how)
            again = forge(*command, cwd=tmp_path, fault=chunk)
            assert (again.code, again.stdout, again.stderr) == (0, "", ""), (number, how)
            assert numbers(tmp_path / "r") == expected, (number, how)
            assert hidden(tmp_path) == [] and strangers(tmp_path / "r") == [], (number, how)


@pytest.mark.parametrize("every", [23, *(pytest.param(n, marks=LONG) for n in range(19, 41))])
def test_training_killed_over_and_over(tmp_path: Path, every: int) -> None:
    """Beginning and one chunk take 18 calls: who is killed after fewer gets nowhere."""
    command = ("train", *TRAIN, "-o", "r", "-q")
    for count in range(100):
        fault = Fault(chunk=CHUNK, kill_at=every, kill=HOW[(every + count) % 3])
        done = forge(*command, cwd=tmp_path, fault=fault)
        if not done.killed:
            break
    assert (done.code, done.stderr) == (0, "") and count >= 2
    assert numbers(tmp_path / "r") == numbers(record())
    assert hidden(tmp_path) == [] and strangers(tmp_path / "r") == []


@pytest.mark.parametrize("wanted", [pytest.param(None, marks=LONG)])
@pytest.mark.parametrize("again", [(), ("--force",)])
def test_training_by_force(tmp_path: Path, again: Sequence[str], wanted: int | None) -> None:
    """The old record goes first: what is left of it is never taken for a new one."""
    command = ("train", *TRAIN, "-o", "r", "-q")
    shutil.copytree(record(), tmp_path / "r")
    total = calls_of(*command, "--force", cwd=tmp_path, fault=Fault(chunk=CHUNK))
    for number in points(total, wanted):
        for how in ("before", "after"):
            fault = Fault(chunk=CHUNK, kill_at=number, kill=how)
            killed = forge(*command, "--force", cwd=tmp_path, fault=fault).killed
            assert killed or number > total // 2  # fewer old files, fewer calls
            done = forge(*command, *again, cwd=tmp_path)
            assert (done.code, done.stderr) == (0, ""), (number, how)
            assert numbers(tmp_path / "r") == numbers(record()), (number, how)
            assert hidden(tmp_path) == [] and strangers(tmp_path / "r") == []


def test_a_naive_recorder_is_caught(tmp_path: Path) -> None:
    command = ("train", *TRAIN, "-o", "r", "-q")
    for number in range(20, 60, 3):
        shutil.rmtree(tmp_path / "r", ignore_errors=True)
        fault = Fault(chunk=CHUNK, kill_at=number, kill="middle", naive=["direct"])
        if not forge(*command, cwd=tmp_path, fault=fault).killed:
            break
        done = forge(*command, cwd=tmp_path)
        if done.code or numbers(tmp_path / "r") != numbers(record()):
            return
    raise AssertionError("the harness sees nothing half-made")


JOB = """
[train]
epochs = 30
[film]
size = [960, 540]
outputs = ["clips/{name}-{date}.gif"]
latest = "clips/latest.gif"
keep = 2
[compare]
vary = { seed = [1, 2] }
table = "clips/ranking.csv"
"""


@pytest.mark.long
@pytest.mark.parametrize("how", HOW)
def test_a_nightly_comparison(tmp_path: Path, how: str) -> None:
    """Its two records, its clip, the link to it, the ranking, and the oldest that go."""
    (tmp_path / "whole" / "clips").mkdir(parents=True)
    (tmp_path / "whole" / "night.toml").write_text(JOB)
    command = ("run", "night.toml", "-q", "--workers", "1")
    total = calls_of(*command, cwd=tmp_path / "whole")
    (clip,) = (tmp_path / "whole" / "clips").glob("night-*")
    pixels = iio.imread(clip)
    name = clip.name
    rows = (tmp_path / "whole" / "clips" / "ranking.csv").read_text().count("\n")
    for number in range(1 + len(how) % 3, total + 1, 3):
        folder = tmp_path / f"{number}"
        (folder / "clips").mkdir(parents=True)
        (folder / "night.toml").write_text(JOB)
        for day in ("01", "02"):
            shutil.copy(clip, folder / "clips" / f"night-2020-01-{day}.gif")
        forge(*command, cwd=folder, fault=Fault(kill_at=number, kill=how))
        here = folder / "clips" / name
        if here.exists():
            check_whole(here)
        again = forge(*command, cwd=folder)
        assert (again.code, again.stderr) == (0, ""), (number, how)
        check_whole(here)
        # (The closing frames tell how long the trainings took.)
        assert (iio.imread(here)[:5] == pixels[:5]).all(), (number, how)
        assert (folder / "clips" / "latest.gif").readlink() == Path(name)
        assert (folder / "clips" / "ranking.csv").read_text().count("\n") == rows
        clips = sorted(path.name for path in (folder / "clips").glob("night-*"))
        assert clips == ["night-2020-01-02.gif", name], (number, how)
        assert hidden(folder) == [], (number, how)
        shutil.rmtree(folder)


def test_what_is_whole_is_known(tmp_path: Path) -> None:
    """The harness's own eyes: a film cut in half is not whole."""
    check_whole(film("a.mp4"))
    content = film("a.mp4").read_bytes()
    (tmp_path / "a.mp4").write_bytes(content[: len(content) // 2])
    with pytest.raises(BadInput):
        check_whole(tmp_path / "a.mp4")
