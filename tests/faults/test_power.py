"""A power cut: a trace shows write, fsync, rename, fsync of the folder, for all that is renamed."""

import re
import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.program import FITREEL

from fitreel.model.record.reader import Record

LONG = pytest.mark.long
SMALL = ("--set", "film.size=[320,240]", "-q")
UNSYNCED = [
    sys.executable,
    "-c",
    "import os; os.fsync = lambda descriptor: None; from fitreel.jobs.main import main; main()",
]

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None
    or subprocess.run(["strace", "-o", "/dev/null", "true"], check=False).returncode != 0,
    reason="needs strace and the right to trace",
)

CALLS = "write,pwrite64,writev,pwritev,copy_file_range,sendfile,fsync,fdatasync,ftruncate,"
CALLS += "rename,renameat,renameat2,symlink,symlinkat,mkdir"
LINE = re.compile(r'(\w+)\((?:(?:(?:AT_FDCWD|-\d+)(?:<[^>]*>)?, )?"([^"]*)"|\d+<([^>]*)>)(.*)')
SECOND = re.compile(r'"([^"]*)"')


@dataclass(frozen=True)
class Call:
    name: str
    path: str
    other: str
    """Of a rename or a link: what it is called afterwards."""


def traced(program: list[str], folder: Path, *arguments: str) -> list[Call]:
    """The calls that change files in `folder`, of the program and all it starts, in their order."""
    out = folder.parent / "trace"
    tracing = ["strace", "-f", "-y", "-s", "4096", "--seccomp-bpf", "-e", f"trace={CALLS}"]
    done = subprocess.run(
        [*tracing, "-o", str(out), *program, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    calls = []
    for line in out.read_text(errors="replace").splitlines():
        _, _, rest = line.partition(" ")
        match = LINE.match(rest.strip())
        if match is None or "= -1" in rest:
            continue
        path = match[2] or match[3]
        other = SECOND.search(match[4]) if "rename" in match[1] or "symlink" in match[1] else None
        calls.append(
            Call(match[1], inside(path, folder), inside(other[1], folder) if other else "")
        )
    assert calls
    return calls


def inside(path: str, folder: Path) -> str:
    """An absolute path as one from `folder`."""
    return str(Path(path).relative_to(folder)) if Path(path).is_relative_to(folder) else path


def unsafe(calls: list[Call], folder: Path) -> tuple[list[str], list[str]]:
    """Names under which something appeared that a power cut could take, and all that appeared."""
    dirty: dict[str, bool] = defaultdict(bool)
    links = set()
    wrong, renamed = [], []
    for number, call in enumerate(calls):
        if "write" in call.name or call.name in ("ftruncate", "copy_file_range", "sendfile"):
            dirty[call.path] = True
        elif "sync" in call.name:
            dirty[call.path] = False
        elif "symlink" in call.name:
            links.add(call.other)
        elif "rename" in call.name:
            old, new = call.path, call.other
            renamed.append(new)
            within = [path for path in dirty if path == old or path.startswith(f"{old}/")]
            if not within and old not in links:
                wrong.append(f"{new}: never written or never synced before it was renamed")
            wrong += [f"{path}: not synced before {new} appeared" for path in within if dirty[path]]
            parent = str(Path(new).parent)
            synced = {c.path for c in calls[number + 1 :] if "sync" in c.name}
            if not {parent, str(folder / parent)} & synced and not (
                parent == "." and {".", str(folder)} & synced
            ):
                wrong.append(f"{new}: its folder is not synced afterwards")
    return wrong, renamed


def test_films_of_a_record(short_run: Record, tmp_path: Path) -> None:
    folder = tmp_path / "here"
    shutil.copytree(short_run.path, folder / "r")
    outputs = ("-o", "a.gif", "-o", "a.png", "-o", "frames/")
    wrong, renamed = unsafe(traced(FITREEL, folder, "render", "r", *outputs, *SMALL), folder)
    assert wrong == []
    assert sorted(renamed) == ["a.gif", "a.png", "frames"]


@pytest.mark.long
def test_an_unsynced_program_is_caught(short_run: Record, tmp_path: Path) -> None:
    folder = tmp_path / "here"
    shutil.copytree(short_run.path, folder / "r")
    calls = traced(UNSYNCED, folder, "render", "r", "-o", "a.png", *SMALL)
    wrong, renamed = unsafe(calls, folder)
    assert renamed == ["a.png"] and len(wrong) >= 2


JOB = """
[train]
epochs = 60
[film]
size = [960, 540]
outputs = ["clips/{name}-{date}.mp4", "a.gif", "a.webm", "a.png", "frames/"]
latest = "clips/latest.mp4"
keep = 1
"""


@pytest.mark.long
@pytest.mark.parametrize("compare", ["", '[compare]\nvary = { seed = [1, 2] }\ntable = "t.csv"\n'])
def test_a_whole_night(tmp_path: Path, compare: str) -> None:
    """Twice, the second time over what is there: record, films, link, table, in all processes."""
    folder = tmp_path / "here"
    (folder / "clips").mkdir(parents=True)
    (folder / "night.toml").write_text(JOB + compare)
    for more in ((), ("--force",)):
        wrong, renamed = unsafe(traced(FITREEL, folder, "run", "night.toml", "-q", *more), folder)
        assert wrong == []
        kinds = {Path(name).name.partition("-")[0] for name in renamed}
        expected = {
            "points",
            "run.json",
            "snapshots",
            "night",
            "a.gif",
            "a.webm",
            "a.png",
            "frames",
        }
        if not more:
            expected |= {"latest.mp4"} | ({"t.csv"} if compare else set())
        assert expected <= kinds, kinds


@pytest.mark.long
def test_what_else_is_written(short_run: Record, tmp_path: Path) -> None:
    folder = tmp_path / "here"
    shutil.copytree(short_run.path, folder / "r")
    for arguments in (
        ("export", "r", "-o", "a.npz", "-o", "a.csv"),
        ("new", "job.toml"),
        ("targets", "-o", "sheet.png"),
    ):
        wrong, renamed = unsafe(traced(FITREEL, folder, *arguments), folder)
        assert wrong == [] and renamed
