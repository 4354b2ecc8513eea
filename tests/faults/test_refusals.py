"""What a file system refuses and doesn't matter; and hidden names that nobody takes or guesses."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.forked import Done, Fault, film, forge, record
from support.program import FITREEL
from support.refusing import library, needs_library

from fitreel.model.system.files import temporary_name
from fitreel.render.metadata.checksum import check_whole

LONG = pytest.mark.long
SMALL = ("--set", "film.size=[320,240]", "-q")
FILMS = ("a.mp4", "a.gif", "a.png", "frames/")
REFUSALS = {
    "REFUSE_FOLDER_FSYNC": (errno.EINVAL, errno.EOPNOTSUPP, errno.EACCES, errno.EBADF),
    "REFUSE_CHMOD": (errno.EPERM,),
    "REFUSE_FLOCK": (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP),
}


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob(".*") if not path.name.endswith(".lock")]


@needs_library
@pytest.mark.parametrize(
    "env",
    [
        {name: str(answer) for name, (answer, *_) in REFUSALS.items()},
        *(
            pytest.param({name: str(answer)}, marks=LONG)
            for name, answers in REFUSALS.items()
            for answer in answers
        ),
    ],
    ids=str,
)
def test_what_does_not_matter(tmp_path: Path, env: dict[str, str]) -> None:
    """A record, films over old ones, and all of it again."""
    outputs = [part for name in FILMS for part in ("-o", name)]
    shutil.copytree(film("frames/", "400,300"), tmp_path / "frames")
    command = ("run", "--set", "train.epochs=20", *SMALL, *outputs)
    for more in ((), ("--force",)):
        done = forge(*command, *more, cwd=tmp_path, env=env)
        assert (done.code, done.stdout, done.stderr) == (0, "", "")
        for name in FILMS:
            check_whole(tmp_path / name)
        assert hidden(tmp_path) == []


@needs_library
def test_a_disk_that_fails_is_not_taken_for_one_that_cannot(tmp_path: Path) -> None:
    env = {"REFUSE_FOLDER_FSYNC": str(errno.EIO)}
    done = forge("render", str(record()), "-o", "a.png", *SMALL, cwd=tmp_path, env=env)
    assert done.code == 74 and len(done.stderr.splitlines()) == 1


HOLD = (
    "import sys; from pathlib import Path; from fitreel.jobs.runtime.locks import locked\n"
    "with locked(Path('a.png').resolve(), 'film'):\n    print('held', flush=True)\n"
    "    sys.stdin.readline()"
)


@needs_library
def test_without_locks_two_are_kept_apart_and_a_killed_one_blocks_nobody(tmp_path: Path) -> None:
    refusing = {"REFUSE_FLOCK": str(errno.ENOSYS)}
    command = ("render", str(record()), "-o", "a.png", *SMALL)
    env = os.environ | refusing | {"LD_PRELOAD": str(library())}
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=tmp_path, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    busy = forge(*command, cwd=tmp_path, env=refusing)
    assert busy.code == 75 and "remove .a.png.lock.holder" in busy.stderr, busy
    assert len(busy.stderr.splitlines()) == 1
    holder.kill()
    holder.communicate()
    done = forge(*command, cwd=tmp_path, env=refusing)
    assert (done.code, done.stderr) == (0, "") and hidden(tmp_path) == []


@needs_library
def test_without_locks_a_second_signal_leaves_nothing(tmp_path: Path) -> None:
    env = {"REFUSE_FLOCK": str(errno.ENOSYS), "SLOW_FOLDER_FSYNC": "3000000"}
    fault = Fault(signals=[(0.0, signal.SIGTERM), (0.1, signal.SIGTERM)], after=".frames.*.tmp/*")
    done = forge(
        "render", str(record()), "-o", "frames/", *SMALL, cwd=tmp_path, env=env, fault=fault
    )
    assert done.code == 143 and hidden(tmp_path) == []


# Names


def test_a_name_as_long_as_a_file_system_takes(tmp_path: Path) -> None:
    for name in ("a" * 251 + ".gif", "é" * 125 + "x.gif", "学" * 83 + "/"):
        path = tmp_path / name
        assert len(os.fsencode(path.name)) in (249, 255)
        left = temporary_name(path)
        left.write_bytes(b"of a killed process")
        command = ("render", str(record()), "-o", name, *SMALL)
        done = forge(*command, cwd=tmp_path)
        assert (done.code, done.stderr) == (0, "")
        check_whole(path)
        assert not left.exists() and hidden(tmp_path) == []
        assert len(list(tmp_path.glob(".*.lock"))) == 1
        next(tmp_path.glob(".*.lock")).unlink()


def opened(folder: Path, *arguments: str) -> tuple[Done, list[str]]:
    """All that the program opens to write, makes or removes in `folder`, in order."""
    out = folder.parent / "trace"
    calls = "open,openat,creat,unlink,unlinkat,rename,renameat,renameat2,truncate,mkdir,mkdirat"
    tracing = ["strace", "-f", "-s", "4096", "-e", f"trace={calls}", "-o", str(out)]
    done = subprocess.run(
        [*tracing, *FITREEL, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    lines = [line.partition(" ")[2].strip() for line in out.read_text().splitlines()]
    changing = ("O_WRONLY", "O_RDWR", "creat", "unlink", "rename", "truncate", "mkdir")
    return (
        Done(done.returncode, done.stdout, done.stderr, 0, 0),
        [line for line in lines if f"{folder}/" in line and any(word in line for word in changing)],
    )


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_nothing_of_others_is_touched_before_the_lock_is_held(tmp_path: Path) -> None:
    """What was there before, even as a temporary file of ours, isn't opened, made or removed."""
    here = tmp_path / "here"
    here.mkdir()
    victim = tmp_path / "victim"
    victim.write_text("precious")
    others = [here / f".a.gif.{number}.tmp" for number in range(300)]
    for other in others:
        other.symlink_to(victim)
    theirs = here / ".a.gif.1-0123456789abcdef01234567.fitreel.tmp"
    theirs.write_bytes(b"in the making")
    held = subprocess.Popen(
        [sys.executable, "-c", HOLD.replace("a.png", "a.gif")],
        cwd=here, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert held.stdout is not None and held.stdout.readline() == "held\n"
    done, calls = opened(here, "render", str(record()), "-o", f"{here}/a.gif", *SMALL)
    assert done.code == 75 and theirs.read_bytes() == b"in the making"
    assert calls and not any(theirs.name in call for call in calls)
    for call in calls:
        assert "O_EXCL" in call or ".lock" in call or call.startswith("unlink"), call
    held.communicate("go\n")
    done, calls = opened(here, "render", str(record()), "-o", f"{here}/a.gif", *SMALL)
    assert done.code == 0 and not theirs.exists()
    assert all(other.is_symlink() for other in others) and victim.read_text() == "precious"


def test_a_new_job_is_not_written_through_a_link(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    (tmp_path / "job.toml").symlink_to(victim)
    done = forge("new", "job.toml", cwd=tmp_path)
    assert done.code == 65 and not victim.exists()
    victim.write_text("precious")
    assert forge("new", "job.toml", "--force", cwd=tmp_path).code == 0
    assert victim.read_text() == "precious" and not (tmp_path / "job.toml").is_symlink()
