"""Records and films from strangers: whatever is in them, 0 or 65, in bounded memory and time.

The digests of these records are right, so that what is read gets past them.
"""

import os
import random
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.forged_record import write
from support.forked import Done, Fault, forge
from support.program import Fitreel

from fitreel.model.record.reader import Record
from fitreel.render.output.open_writer import open_writer
from fitreel.render.output.output import Output

LONG = pytest.mark.long
MEMORY = 300_000_000
SMALL = ("--set", "film.size=[320,240]", "-q")
BOUNDED = Fault(memory=MEMORY, seconds=20)

Tensors = dict[str, np.ndarray]


def some(cases: Iterable[str], *quick: str) -> list[Any]:
    """All cases, of which only the `quick` ones run every time."""
    return [case if case in quick else pytest.param(case, marks=LONG) for case in cases]


def fine(done: Done) -> None:
    assert done.code in (0, 65), done
    assert "Traceback" not in done.stderr and len(done.stderr.splitlines()) <= 3, done.stderr
    if done.code:
        assert done.stdout == "" and done.stderr.startswith("fitreel: "), done
    assert done.seconds < 10 and not done.orphans


def opened(folder: Path, name: str) -> list[int]:
    """Read by every command that takes a record."""
    commands = (
        ("info", name),
        ("render", name, "-o", "a.png", *SMALL),
        ("render", name, "-o", "a.gif", *SMALL, "--set", "film.truth=true"),
        ("export", name, "-o", "a.npz", "-q"),
    )
    codes = []
    for command in commands:
        done = forge(*command, cwd=folder, fault=BOUNDED)
        fine(done)
        codes.append(done.code)
    for path in folder.glob("a.*"):
        path.unlink()
    return codes


ODD: list[Any] = [
    *(None, True, 0, -1, 10**30, 1e308, float("nan"), "", "../../etc", "/etc/passwd", [], {}),
    *([[]], "x" * 100_000, {"a": {"a": {"a": []}}}, ["../x", [3]], "\x1b[2J"),
]


def mutated(values: Any, rng: random.Random) -> Any:
    """One thing somewhere in `values` is something else, is gone, or is there twice."""
    if isinstance(values, dict) and values and rng.random() < 0.9:
        key = rng.choice(list(values))
        kind = rng.random()
        if kind < 0.1:
            return {k: v for k, v in values.items() if k != key}
        if kind < 0.2:
            return values | {rng.choice(["../x", "", "x", "film", "outputs"]): rng.choice(ODD)}
        return values | {key: mutated(values[key], rng)}
    if isinstance(values, list) and values and rng.random() < 0.7:
        at = rng.randrange(len(values))
        return [*values[:at], mutated(values[at], rng), *values[at + 1 :]]
    return rng.choice(ODD)


@pytest.mark.parametrize("count", [1, pytest.param(300, marks=LONG)])
def test_headers(short_run: Record, tmp_path: Path, count: int) -> None:
    rng = random.Random(count)
    read = 0
    if count > 1:  # the harness's own: an unchanged record is read
        write(tmp_path / "plain", short_run)
        assert opened(tmp_path, "plain") == [0, 0, 0, 0]
    for number in range(count):
        write(tmp_path / f"r{number}", short_run, lambda values: mutated(values, rng))
        read += 0 in opened(tmp_path, f"r{number}")
        shutil.rmtree(tmp_path / f"r{number}")
    assert count < 10 or read


STRANGE = (np.nan, np.inf, -np.inf, 3.4e38, -3.4e38, 1e-45, 0.0)


def numbers(tensors: Tensors, rng: random.Random) -> Tensors:
    """Other numbers, lengths, shapes or types in one of the arrays, or one that is gone."""
    name = rng.choice(list(tensors))
    array = tensors[name].copy()
    kind = rng.randrange(6)
    if kind < 2:
        strange = rng.choice(STRANGE) if array.dtype.kind == "f" else rng.choice([0, -5, 2**62])
        part = array[rng.randrange(len(array)) :] if kind else array
        part[...] = strange
    elif kind == 2:
        array = array[: rng.choice([0, 1, len(array) - 1])]
    elif kind == 3:
        array = array.astype(rng.choice(["<f8", "<i4", "<f2", "|u1"]))
    elif kind == 4:
        array = np.ascontiguousarray(array[..., None])
    else:
        return {key: value for key, value in tensors.items() if key != name}
    return tensors | {name: array}


@pytest.mark.parametrize("count", [1, pytest.param(300, marks=LONG)])
def test_arrays(short_run: Record, tmp_path: Path, count: int) -> None:
    rng = random.Random(count)
    for number in range(count):

        def chunk(tensors: Tensors, metadata: dict[str, str]) -> None:
            other = numbers(tensors, rng)
            tensors.clear()
            tensors.update(other)
            if rng.random() < 0.2:
                key = rng.choice(["ending", "ending_epoch", "environment", "previous"])
                metadata[key] = rng.choice(
                    ["", "x", "-1", "[]", "{", "9" * 5000, "delta", "[" * 9999]
                )

        if number % 3 != 1:
            write(tmp_path / f"r{number}", short_run, chunk=chunk)
        else:
            write(tmp_path / f"r{number}", short_run, points=lambda tensors: numbers(tensors, rng))
        opened(tmp_path, f"r{number}")
        shutil.rmtree(tmp_path / f"r{number}")


def safetensors(header: bytes, length: int | None = None, data: bytes = b"") -> bytes:
    size = len(header) if length is None else length
    return size.to_bytes(8, "little") + header + data


HOSTILE = {
    "empty": b"",
    "nothing but a length": safetensors(b"", 2**63),
    "a giant length": safetensors(b"{}", 2**64 - 1),
    "a length of 90 MB": safetensors(b"{}", 90_000_000, bytes(100)),
    "deep": safetensors(b"[" * 100_000),
    "a giant array": safetensors(
        b'{"epoch":{"dtype":"I64","shape":[1152921504606846976],"data_offsets":[0,8]}}',
        data=bytes(8),
    ),
    "a shape that overflows": safetensors(
        b'{"epoch":{"dtype":"I64","shape":[4294967296,4294967296],"data_offsets":[0,0]}}'
    ),
    "many arrays": safetensors(
        b"{"
        + b",".join(
            b'"%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}' % n for n in range(60_000)
        )
        + b"}"
    ),
    "overlapping": safetensors(
        b'{"epoch":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},'
        b'"loss":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', data=bytes(8)
    ),
    "not JSON": safetensors(b"\xff\xfe"),
    "metadata that is no table": safetensors(b'{"__metadata__":[1,2]}'),
    "half a million of metadata": safetensors(
        b'{"__metadata__":{' + b",".join(b'"%d":""' % n for n in range(300_000)) + b"}}"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", some(HOSTILE, "a giant length", "a giant array", "deep"))
def test_files_that_are_none(short_run: Record, tmp_path: Path, what: str) -> None:
    write(tmp_path / "r", short_run, chunk=lambda tensors, metadata: HOSTILE[what])
    done = forge("info", "r", cwd=tmp_path, fault=BOUNDED)
    fine(done)
    assert done.code == 65


def swapped_for(path: Path, kind: str, outside: Path) -> None:
    """A file of a record becomes something that isn't a plain file of that record."""
    content = path.read_bytes()
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "sparse":
        with path.open("wb") as file:
            file.truncate(1 << 42)
    elif kind == "link to a device":
        path.symlink_to("/dev/zero")
    elif kind == "link to itself":
        path.symlink_to(path.name)
    else:
        outside.write_bytes(content)
        path.symlink_to(outside if kind == "link out" else os.path.relpath(outside, path.parent))


KINDS = ("link out", "link by ..", "link to a device", "link to itself", "pipe", "folder", "sparse")


@pytest.mark.parametrize("kind", some(KINDS, "link out", "pipe", "sparse"))
@pytest.mark.parametrize("which", some(["run.json", "points-*", "snapshots-*"], "snapshots-*"))
def test_what_is_no_plain_file(short_run: Record, tmp_path: Path, kind: str, which: str) -> None:
    shutil.copytree(short_run.path, tmp_path / "r")
    swapped_for(next((tmp_path / "r").glob(which)), kind, tmp_path / "outside")
    for command in (("info", "r"), ("export", "r", "-o", "a.npz")):
        done = forge(*command, cwd=tmp_path, fault=BOUNDED)
        fine(done)
        assert done.code == 65, done
    assert not (tmp_path / "a.npz").exists()


IMPRINTS: dict[str, dict[str, Any]] = {
    "own code": {"network": {"module": "evil.py:Net"}},
    "a file from elsewhere": {"data": {"file": "../secret.csv"}},
    "a file through a link": {"data": {"file": "link/secret.csv"}},
    "an absolute file": {"data": {"file": "/etc/passwd"}},
    "other outputs": {"film": {"outputs": ["../owned.gif", "/tmp/owned.gif"]}},
    "a link": {"film": {"latest": "../owned.gif"}},
    "an old film": {"film": {"keep": 1, "outputs": ["{date}.gif"]}},
    "a name": {"name": "../../owned"},
    "a formula": {"data": {"function": "__import__('os').system('touch owned')"}},
    "a comparison": {"compare": {"vary": {"seed": [1, 2]}, "table": "../owned.csv"}},
    "code in a comparison": {
        "compare": {"panel": [{"network.module": "evil.py:Net"}, {"seed": 1}]}
    },
    "a device": {"train": {"device": "cuda:99"}},
    "a giant": {"data": {"points": 10**9}, "network": {"hidden": [10**6] * 50}},
    "no job": {"job": 3},
}


@pytest.mark.parametrize("what", some(IMPRINTS, "own code", "a file through a link"))
def test_films_that_ask_for_more(tmp_path: Path, what: str) -> None:
    """`fitreel run FILM` takes a film's job; that makes this film again, and nothing else."""
    here = tmp_path / "here"
    here.mkdir()
    (here / "evil.py").write_text("open('owned', 'w'); import torch; Net = torch.nn.Identity\n")
    (tmp_path / "secret.csv").write_text("x,y\n1,2\n2,3\n")
    job: dict[str, Any] = {"train": {"epochs": 2}, "film": {"size": [960, 540]}}
    for table, values in IMPRINTS[what].items():
        job[table] = job.get(table, {}) | values if isinstance(values, dict) else values
    (here / "link").symlink_to(tmp_path)
    for name in ("a.gif", "2020-01-01.gif", "2020-01-02.gif"):
        film = Output(str(here / name), provenance={"job": job})
        with open_writer(film, (64, 48), 20) as output:
            output.write(np.zeros((48, 64, 4), np.uint8))
    before = {path.name for path in here.iterdir()}
    done = forge("run", "a.gif", "-q", cwd=here, fault=Fault(memory=4 * MEMORY, seconds=60))
    assert done.code in (0, 65, 69), done
    assert "Traceback" not in done.stderr and len(done.stderr.splitlines()) <= 2, done.stderr
    assert not list(tmp_path.rglob("owned*")), what
    assert "passwd" not in done.stderr or "/etc/passwd" in done.stderr
    assert {path.name for path in here.glob("[!.]*")} - before <= {"runs"}
    assert before <= {path.name for path in here.iterdir()}
    if "code" in what or "file" in what:
        assert done.code == 65, done


def test_a_pipe_in_place_of_a_job_or_theme(fitreel: Fitreel, tmp_path: Path) -> None:
    """Nobody writes into it: to open it would be to wait for ever."""
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "themed.toml").write_text('[film]\ntheme = "pipe.toml"\n')
    (tmp_path / "deep.toml").write_text("a = " + "[" * 100_000)
    (tmp_path / "deeply.toml").write_text('[film]\ntheme = "deep.toml"\n')
    for job in ("pipe.toml", "themed.toml", "deeply.toml"):
        done = fitreel("run", job, "-q")
        assert done.returncode == 65 and len(done.stderr.splitlines()) == 1, done
    assert not (tmp_path / "runs").exists()
