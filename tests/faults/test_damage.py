"""Damage through the program: cut short, flipped, zeroed, swapped, missing: never read as good.

The controls read the same files without seals and digests, and take many of them for good.
"""

import random
import shutil
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path

import pytest
from support.forked import Fault, film, forge, record
from support.program import Fitreel

SMALL = ("--set", "film.size=[320,240]")
TRAIN = ("train", "--set", "train.epochs=60", "--set", "train.optimizer=Adam")
LONG = pytest.mark.long
FILMS = ("a.mp4", "a.gif", "a.webm", "a.png", "frames/")
QUICK = [name if name == "a.mp4" else pytest.param(name, marks=LONG) for name in FILMS]
FEW = 4
MANY = pytest.param(300, marks=LONG)


@cache
def cut() -> Path:
    """A record whose training was killed after some chunks, with its state. Read only."""
    folder = record().parent
    number = 0
    while not (folder / "cut").exists() or len(list((folder / "cut").glob("snapshots-*"))) < 3:
        shutil.rmtree(folder / "cut", ignore_errors=True)
        number += 10
        fault = Fault(chunk=4000, kill_at=number)
        assert forge(*TRAIN, "-o", "cut", "-q", cwd=folder, fault=fault).killed
    return folder / "cut"


def damaged(content: bytes, count: int, seed: int) -> Iterator[bytes]:
    """`count` truncations, `count` flipped bits and a tenth of zeroed tails."""
    rng = random.Random(seed)
    for _ in range(count):
        yield content[: rng.randrange(len(content))]
        flipped = bytearray(content)
        flipped[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        yield bytes(flipped)
    for _ in range(max(count // 10, 3)):
        start = rng.randrange(len(content) - 1)
        if any(content[start:]):
            yield content[:start] + bytes(len(content) - start)


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize("name", QUICK)
def test_films(fitreel: Fitreel, tmp_path: Path, name: str, count: int) -> None:
    here = tmp_path / name
    if name == "frames/":
        shutil.copytree(film(name), here)
        files = sorted(here.iterdir())
    else:
        files = [Path(shutil.copy(film(name), here))]
    wholes = [file.read_bytes() for file in files]
    assert fitreel("info", name).returncode == 0
    for number, content in enumerate(damaged(b"".join(wholes), count, 6)):
        file, whole = files[number % len(files)], wholes[number % len(files)]
        if len(files) > 1:
            content = next(damaged(whole, 1, number))
        file.write_bytes(content)
        told = fitreel("info", name)
        assert (told.returncode, told.stdout) == (65, ""), number
        assert len(told.stderr.splitlines()) == 1 and name.rstrip("/") in told.stderr
        file.write_bytes(whole)
    for content in islice(damaged(wholes[0], 1, 7), 2 if count == FEW else None):
        files[0].write_bytes(content)
        again = forge("render", str(record()), "-o", name, *SMALL, cwd=tmp_path)
        assert again.code == 0 and "up to date" not in again.stdout
        assert files[0].read_bytes() == wholes[0]


@pytest.mark.parametrize("places", [pytest.param(range(12), marks=LONG)])
def test_frames_that_are_missing_or_swapped(
    fitreel: Fitreel, tmp_path: Path, places: Sequence[int]
) -> None:
    def copy(name: str) -> Path:
        return Path(shutil.copytree(film("frames/"), tmp_path / name))

    missing = [copy(f"without-{number}") for number in places]
    for number, folder in zip(places, missing, strict=True):
        (folder / f"{number:05d}.png").unlink()
    swapped = copy("swapped")
    (swapped / "00003.png").rename(swapped / "x")
    (swapped / "00007.png").rename(swapped / "00003.png")
    (swapped / "x").rename(swapped / "00007.png")
    for folder in (*missing, swapped):
        assert fitreel("info", folder.name).returncode == 65, folder
        again = forge("render", str(record()), "-o", f"{folder.name}/", *SMALL, cwd=tmp_path)
        assert again.code == 0, again.stderr
        assert fitreel("info", folder.name).returncode == 0


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize("name", ["r", pytest.param("cut", marks=LONG)])
def test_records(fitreel: Fitreel, tmp_path: Path, name: str, count: int) -> None:
    copy_ = Path(shutil.copytree(record() if name == "r" else cut(), tmp_path / name))
    files = sorted(file for file in copy_.iterdir() if not file.name.startswith("."))
    assert len([file for file in files if file.name.startswith("snapshots")]) >= 3
    rng = random.Random(8)
    for number in range(count):
        file = rng.choice(files)
        whole = file.read_bytes()
        commands = [("info", name)] if number % 10 else [("render", name, "-o", "a.png"),
                    ("export", name, "-o", "a.npz"), ("info", name)]  # fmt: skip
        # The state is only read by who goes on from it.
        reads_it = "state" not in file.name
        for content in damaged(whole, 1, number):
            file.write_bytes(content)
            for command in commands:
                told = fitreel(*command)
                if command[0] != "info" or reads_it:
                    assert (told.returncode, told.stdout) == (65, ""), (command, file.name)
                    assert len(told.stderr.splitlines()) <= 2 and name in told.stderr
        file.write_bytes(whole)
    assert not (tmp_path / "a.png").exists() and not (tmp_path / "a.npz").exists()
    assert fitreel("info", name).returncode == 0


def test_chunks_that_are_missing_or_swapped(fitreel: Fitreel, tmp_path: Path) -> None:
    chunks = sorted(file.name for file in record().glob("snapshots-*"))
    for number, name in enumerate(chunks):
        copy_ = Path(shutil.copytree(record(), tmp_path / f"without-{number}"))
        (copy_ / name).unlink()
        told = fitreel("info", copy_.name)
        assert told.returncode == 65, name
        if number:  # what is whole is said
            assert "whole before it: " in told.stderr.splitlines()[1]
    first, second = chunks[1:3]
    copy_ = Path(shutil.copytree(record(), tmp_path / "swapped"))
    one, two = (copy_ / first).read_bytes(), (copy_ / second).read_bytes()
    (copy_ / first).write_bytes(two)
    (copy_ / second).write_bytes(one)
    assert fitreel("info", "swapped").returncode == 65
    copy_ = Path(shutil.copytree(record(), tmp_path / "renamed"))
    for old, new in ((first, "x"), (second, second.replace("00002", "00001")), ("x", first)):
        (copy_ / old).rename(copy_ / (new if old != "x" else first.replace("00001", "00002")))
    assert fitreel("info", "renamed").returncode == 65


@pytest.mark.long
def test_a_damaged_state_is_not_gone_on_from(tmp_path: Path) -> None:
    copy_ = Path(shutil.copytree(cut(), tmp_path / "cut"))
    asked = (*TRAIN, "-o", "cut")
    last = max(file.name[:15] for file in copy_.glob("snapshots-*"))[-5:]
    (state,) = copy_.glob(f"state-{last}-*")
    whole = state.read_bytes()
    for content in damaged(whole, 2, 9):
        state.write_bytes(content)
        told = forge(*asked, cwd=tmp_path)
        assert told.code == 65 and "state" in told.stderr, told
    state.write_bytes(whole)
    assert forge(*asked, cwd=tmp_path).code == 0


@pytest.mark.parametrize(
    "name", ["r", *(pytest.param(f, marks=LONG) for f in ("a.mp4", "a.gif", "a.webm"))]
)
def test_without_seals_and_digests_damage_reads_as_good(tmp_path: Path, name: str) -> None:
    naive = Fault(naive=["unsealed", "undigested"])
    if name == "r":
        shutil.copytree(record(), tmp_path / name)
        file = sorted((tmp_path / name).glob("snapshots-*"))[0]
    else:
        file = Path(shutil.copy(film(name), tmp_path))
    silent = 0
    for content in damaged(file.read_bytes(), 4, 10):
        file.write_bytes(content)
        silent += forge("info", name, cwd=tmp_path, fault=naive).code == 0
        if silent:
            return
    raise AssertionError("the harness sees no damage")
