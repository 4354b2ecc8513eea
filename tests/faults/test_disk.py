"""A full disk at every stage: 74, nothing half-made, nothing left over, the old film as it was."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.forked import Done, Fault, film, forge, record

from fitreel.model.record.reader import Record
from fitreel.render.metadata.checksum import check_whole

LONG = pytest.mark.long
SMALL = ("--set", "film.size=[320,240]", "-q")
OTHER = "400,300"
TRAIN = ("--set", "train.epochs=60", "--set", "train.optimizer=Adam")
FILMS = ("a.mp4", "a.gif", "a.webm", "a.png", "frames/")
QUICK = [name if name == "a.mp4" else pytest.param(name, marks=LONG) for name in FILMS]


def everything(folder: Path) -> dict[str, bytes]:
    """All files by name, but the locks and the digests of what has no room for a mark."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and not file.name.endswith((".lock", ".fitreel"))
    }


def as_in_a_folder(path: Path) -> dict[str, bytes]:
    """A film as `everything` of its folder tells it."""
    files = path.iterdir() if path.is_dir() else [path]
    return {str(file.relative_to(path.parent)): file.read_bytes() for file in files}


def refused(done: Done) -> None:
    assert done.code == 74 and done.stdout == "", done
    assert 1 <= len(done.stderr.splitlines()) <= 2, done.stderr
    assert done.stderr.startswith("fitreel: ") and "Traceback" not in done.stderr


def sizes(largest: int, count: int) -> list[int]:
    """Limits from one byte to one short of `largest`, close together near the end: the trailer."""
    near = [largest - 1 - step for step in (0, 1, 20, 90, 200)]
    return sorted({*(1 + largest * n // count for n in range(count)), *near[: max(2, count // 4)]})


@pytest.mark.parametrize("count", [1, pytest.param(40, marks=LONG)])
@pytest.mark.parametrize("name", QUICK)
def test_a_film_that_may_not_grow(tmp_path: Path, name: str, count: int) -> None:
    command = ("render", str(record()), "-o", name, *SMALL)
    new = as_in_a_folder(film(name))
    largest = max(len(content) for content in new.values())
    for with_old in (True, False)[:count]:
        shutil.rmtree(tmp_path)
        tmp_path.mkdir()
        if with_old and name.endswith("/"):
            shutil.copytree(film(name, OTHER), tmp_path / name)
        elif with_old:
            shutil.copy(film(name, OTHER), tmp_path / name)
        old = everything(tmp_path)
        assert bool(old) == with_old
        for size in sizes(largest, count):
            refused(forge(*command, cwd=tmp_path, fault=Fault(largest_file=size)))
            assert everything(tmp_path) == old, size
    # What ffmpeg writes on the way may be larger than the film: it moves the index to the front.
    done = forge(*command, cwd=tmp_path, fault=Fault(largest_file=2 * largest + 100_000))
    assert done.code == 0 and everything(tmp_path) == new


@pytest.mark.parametrize("count", [1, pytest.param(60, marks=LONG)])
def test_a_record_that_may_not_grow(tmp_path: Path, count: int) -> None:
    command = ("train", *TRAIN, "-o", "r", "-q")
    largest = max(len(content) for content in everything(record()).values())
    for size in sizes(largest, count):
        refused(forge(*command, cwd=tmp_path, fault=Fault(largest_file=size)))
        left = everything(tmp_path)
        assert not [name for name in left if "/." in name], (size, left)
        if "r/run.json" in left:
            assert Record(tmp_path / "r").ending is None
    assert forge(*command, cwd=tmp_path).code == 0
    assert len(Record(tmp_path / "r")) == 13


@pytest.mark.parametrize(
    "what",
    [
        pytest.param(name, marks=LONG)
        for name in ("export.csv", "export.npz", "job.toml", "targets.png", "rank.csv")
    ],
)
def test_other_files_that_may_not_grow(tmp_path: Path, what: str) -> None:
    command = {
        "export.csv": ("export", str(record()), "-o", what, "--force"),
        "export.npz": ("export", str(record()), "-o", what, "--force"),
        "job.toml": ("new", what, "--force"),
        "targets.png": ("targets", "-o", what),
        "rank.csv": ("compare", "-q", "--vary", "seed=1,2", "--workers", "1", "--table", what,
                     "--set", "train.epochs=10", "--runs", str(tmp_path.parent / "rank-runs"),
                     "--force", "-o", str(tmp_path.parent / "rank.png")),
    }[what]  # fmt: skip
    assert forge(*command, cwd=tmp_path).code == 0
    whole = (tmp_path / what).read_bytes()
    (tmp_path / what).write_bytes(old := b"old" if what != "targets.png" else whole)
    for size in (1, len(whole) // 2, len(whole) - 1):
        refused(forge(*command, cwd=tmp_path, fault=Fault(largest_file=size)))
        assert everything(tmp_path) == {what: old}


def test_a_naive_writer_is_caught(tmp_path: Path) -> None:
    shutil.copy(film("a.mp4", OTHER), tmp_path)
    old = everything(tmp_path)
    command = ("render", str(record()), "-o", "a.mp4", *SMALL)
    forge(*command, cwd=tmp_path, fault=Fault(largest_file=2000, naive=["direct"]))
    assert everything(tmp_path) != old


# A whole filesystem that is small


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    """A tmpfs of `size` bytes on `folder`."""
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0777", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mounting, check=False, capture_output=True).returncode:
        pytest.skip("needs root and the right to mount a tmpfs")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def grow(folder: Path, size: int) -> None:
    remount = ["mount", "-o", f"remount,size={size}", str(folder)]
    subprocess.run(remount, check=True, capture_output=True)


ALL = [part for film in FILMS for part in ("-o", film)]
RUN = ("run", "--set", "train.epochs=60", *SMALL)


@pytest.mark.parametrize(
    "kilobytes", [72, *(pytest.param(n, marks=LONG) for n in range(4, 400, 12))]
)
def test_a_small_disk(tmp_path: Path, kilobytes: int) -> None:
    """From the first file of the record to the last of the frames; then there is room again."""
    with small_disk(tmp_path / "disk", kilobytes << 10) as disk:
        done = forge(*RUN, *ALL, cwd=disk, env={"TMPDIR": str(disk)})
        if done.code:
            refused(done)
        left = everything(disk)
        assert not [name for name in left if name.startswith(".") or "/." in name], left
        for name in FILMS:  # one may be whole before another runs out of room
            if done.code == 0 or (disk / name).exists():
                check_whole(disk / name)
        grow(disk, 16 << 20)
        again = forge(*RUN, *ALL, cwd=disk, env={"TMPDIR": str(disk)})
        assert (again.code, again.stderr) == (0, "")
        for name in FILMS:
            check_whole(disk / name)


@pytest.mark.parametrize("name", QUICK)
@pytest.mark.parametrize("room", [4, *(pytest.param(n, marks=LONG) for n in (8, 12, 20, 40))])
def test_a_disk_that_is_full_with_the_old_film(tmp_path: Path, name: str, room: int) -> None:
    with small_disk(tmp_path / "disk", 4 << 20) as disk:
        if name.endswith("/"):
            shutil.copytree(film(name, OTHER), disk / name)
        else:
            shutil.copy(film(name, OTHER), disk / name)
        taken = sum((len(content) + 4095) >> 12 for content in everything(disk).values())
        free = shutil.disk_usage(disk).free >> 12
        (disk / "ballast").write_bytes(bytes((free - room // 4) << 12))
        assert taken
        old = everything(disk)
        command = ("render", str(record()), "-o", name, *SMALL)
        done = forge(*command, cwd=disk)
        if done.code == 0:
            assert room > 4
            check_whole(disk / name)
            return
        refused(done)
        assert everything(disk) == old


RENDER = ("render", "{record}", *SMALL, "-o")
KINDS = {
    "a.mp4": RENDER,
    "a.gif": RENDER,
    "frames/": RENDER,
    "a.png": RENDER,
    "a.html": RENDER,
    "a.csv": ("export", "{record}", "-o"),
    "a.npz": ("export", "{record}", "-o"),
    "a.pt": ("export", "{record}", "-o"),
    "j.toml": ("new",),
    "r": ("train", *TRAIN, "-q", "-o"),
    "a.webm": RENDER,
    "a.pdf": RENDER,
    "t.png": ("targets", "-o"),
}
FEW = ("a.mp4", "a.gif", "frames/", "a.png", "a.html", "a.csv", "a.pt", "r")


@pytest.mark.parametrize(
    "name", [name if name in FEW else pytest.param(name, marks=LONG) for name in KINDS]
)
def test_the_words_for_a_disk_without_room(tmp_path: Path, name: str) -> None:
    """And for a file that may not grow: the name that was given, and what the system says."""
    command = [part.format(record=record()) for part in (*KINDS[name], name)]
    # Of a record the file that has no room is named, whichever it is.
    words = f"fitreel: cannot write {name.rstrip('/')}"
    bounded = forge(*command, cwd=tmp_path, fault=Fault(largest_file=600))
    refused(bounded)
    assert bounded.stderr.startswith(words) and bounded.stderr.endswith(": File too large\n")
    with small_disk(tmp_path / "disk", 1 << 20) as disk:
        room = shutil.disk_usage(disk).free - 8192  # two files of one block each
        (disk / "ballast").write_bytes(bytes(room))
        full = forge(*command, cwd=disk)
        refused(full)
        assert full.stderr.startswith(words)
        assert full.stderr.endswith(": No space left on device\n")
        for place in (tmp_path, disk):
            left = [path.name for path in place.iterdir() if not path.name.endswith(".lock")]
            assert {*left} <= {"ballast", "disk", "r"}, left
