"""What may happen to a loop while it is recorded: kills, full disks, forks, other ranks."""

import os
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.program import Fitreel, time_limit

import fitreel
from fitreel.model.record.chunk import Damaged
from fitreel.model.record.reader import Record

X = np.linspace(-1, 1, 10)
LOOP = """
import itertools, os, resource, signal, sys, time
import numpy as np
import fitreel
x = np.linspace(-1, 1, 10)
rec = fitreel.Recorder("r", x, x**2, **eval(os.environ.get("HOW", "{}")))
"""
START = LOOP + 'rec.log(0, 1.0, x, lr=0.5)\nprint("begun", flush=True)\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("RANK", "WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def run(
    code: str, *, code_of_end: int = 0, **environment: str
) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=time_limit(60),
        env=os.environ | environment, check=False,
    )  # fmt: skip
    assert done.returncode == code_of_end, done
    return done


def test_a_loop_that_is_killed_leaves_all_that_it_logged(fitreel: Fitreel, folder: Path) -> None:
    code = START + "rec.log(3, 0.5, -x)\ntime.sleep(600)  # an epoch that takes long\n"
    loop = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert loop.stdout is not None and loop.stdout.readline() == b"begun\n"
    deadline = time.monotonic() + time_limit(20)
    while len(Record(Path("r"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    # While it runs it is drawn; nobody else records there.
    growing = fitreel("render", "r", "-o", "a.png")
    assert growing.returncode == 0 and "not finished: up to epoch 3" in growing.stdout
    other = run(LOOP + "rec.log(1)", code_of_end=1, HOW="{'resume': True}")
    assert "Busy: " in other.stderr and "another process records there" in other.stderr
    loop.send_signal(signal.SIGKILL)
    loop.communicate()
    assert fitreel("render", "r", "-o", "b.png").returncode == 0
    assert "up to date" in fitreel("render", "r", "-o", "a.png").stdout
    assert fitreel("export", "r", "-o", "r.csv").returncode == 0
    assert '"last_epoch": 3' in fitreel("info", "r", "--json").stdout
    run(LOOP + "rec.log(); rec.close()", HOW="{'resume': True}")
    assert Record(Path("r")).epochs.tolist() == [0, 3, 4]
    assert Record(Path("r")).metrics["lr"].tolist()[0] == 0.5
    assert "up to date" not in fitreel("render", "r", "-o", "a.png").stdout


def test_a_loop_that_never_closes_is_whole_at_the_interpreters_end(folder: Path) -> None:
    run(START)
    left = Record(Path("r"))
    assert left.epochs.tolist() == [0] and left.ending is None and left.journal is None


def test_an_entry_that_was_cut_off_is_not_there_and_a_changed_one_is_named(folder: Path) -> None:
    rec = fitreel.Recorder("r", X, X)
    for step in range(3):
        rec.log(step, step, X)
    (journal,) = Path("r").glob("journal-*")
    content = journal.read_bytes()
    lengths = set()
    for end in range(0, len(content), 11):
        journal.write_bytes(content[:end])
        lengths.add(len(Record(Path("r"))))
    assert lengths == {0, 1, 2}
    journal.write_bytes(content + b"\0" * 500)  # after a power cut
    assert len(Record(Path("r"))) == 3
    last = len(content) // 3 * 2  # a flipped bit in the last entry may be such a cut
    for place in range(0, last, 13):
        changed = bytearray(content)
        changed[place] ^= 1
        journal.write_bytes(bytes(changed))
        with pytest.raises(Damaged, match=r"journal-00000-.*damaged"):
            Record(Path("r"))
    journal.write_bytes(content)
    rec.close()


def test_a_record_that_grows_is_drawn_as_it_was(folder: Path) -> None:
    """The drawing process opens it a second time, when it is longer or its journal a chunk."""
    rec = fitreel.Recorder("r", X, X)
    for step in range(3):
        rec.log(step, step, X * step)
    first = Record(Path("r"))
    rec.log(3, 3, X)
    for _ in range(2):
        again = Record(Path("r"), until=first.digest)
        assert again.digest == first.digest and len(again) == 3
        assert [each.epoch for each in again.snapshots()] == [0, 1, 2]
        np.testing.assert_array_equal(
            [each.prediction for each in again.snapshots()],
            [each.prediction for each in first.snapshots()],
        )
        rec.close()


@pytest.mark.parametrize("size", [20_000, 3_000])
def test_a_full_disk_ends_the_record_and_not_the_loop(size: int, folder: Path) -> None:
    code = START + (
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\n"
        "for step in range(1, 500): rec.log(step, step, x)\n"
        "rec.close()\n"
        "print(rec.failed)\n"
    )
    done = run(code)
    assert "cannot write" in done.stdout and done.stderr.count("UserWarning") == 1
    assert "recording stopped at step" in done.stderr and "Traceback" not in done.stderr
    left = Record(Path("r"))
    assert 5 < len(left) < 500 and left.ending is None


def test_a_disk_that_is_full_at_first_raises_and_may_be_tried_again(folder: Path) -> None:
    code = LOOP + (
        "limits = resource.getrlimit(resource.RLIMIT_FSIZE)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))\n"
        "try: rec.log(0, 1.0, x)\n"
        "except fitreel.CannotWrite: resource.setrlimit(resource.RLIMIT_FSIZE, limits)\n"
        "rec.log(0, 1.0, x)\n"
        "rec.close()\n"
    )
    run(code)
    assert Record(Path("r")).epochs.tolist() == [0] and Record(Path("r")).ending == "complete"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_records_nothing_and_says_so_once(folder: Path) -> None:
    code = START + (
        "child = os.fork()\n"
        "for step in range(1, 3): rec.log(step, 1.0, x)\n"
        "if child: os.waitpid(child, 0); rec.log(3); rec.close()\n"
    )
    done = run("import warnings; warnings.simplefilter('ignore', DeprecationWarning)\n" + code)
    assert done.stderr.count("in a forked process log does nothing") == 1
    assert Record(Path("r")).epochs.tolist() == [0, 1, 2, 3]


def test_other_ranks_record_nothing_and_agree_on_what_is_due(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [0, 3, 4, 11, 12, 25]
    first = fitreel.Recorder("r", X, X, every=10)
    due = []
    for step in steps:
        due.append(first.due(step))
        first.log(step, 1.0, X)
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    asks, logs = (fitreel.Recorder("r", X, X, every=10) for _ in range(2))
    assert [asks.due(step) for step in steps] == due == [True, False, False, True, False, True]
    with pytest.warns(UserWarning, match="on rank 1 log does nothing"):
        logs.log(0, 1.0, lambda: pytest.fail("asked"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for step in steps[1:]:
            logs.log(step, 1.0, lambda: pytest.fail("asked"))
        assert logs.due(34) is False and logs.due(35) is True
        logs.close()
    assert str(logs.film("a.mp4")) == "a.mp4" and not Path("a.mp4").exists()
    first.close()


def test_ctrl_c_in_the_middle_of_a_chunk_leaves_a_record_that_goes_on(folder: Path) -> None:
    code = START + (
        "for step in range(1, 200):\n"
        "    try:\n"
        "        signal.setitimer(signal.ITIMER_REAL, 0.0001 + step % 20 * 0.0002)\n"
        "        rec.log(step, 1.0, x)\n"
        "        rec._run_log.flush()\n"
        "        signal.setitimer(signal.ITIMER_REAL, 0)\n"
        "    except KeyboardInterrupt: pass\n"
        "rec.close()\n"
    )
    run("import signal; signal.signal(signal.SIGALRM, signal.default_int_handler)\n" + code)
    left = Record(Path("r"))
    assert left.ending == "complete" and len(left) > 0
    assert np.all(np.diff(left.epochs) > 0)


Session = tuple[int, list[int], bool]


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 12), st.lists(st.integers(1, 4), min_size=1, max_size=6), st.booleans()
        ),
        min_size=1,
        max_size=4,
    )
)
def test_what_is_read_is_what_was_logged_last(
    tmp_path_factory: pytest.TempPathFactory, sessions: list[Session]
) -> None:
    """Any loops, one after the other, each gone on with from anywhere."""
    path = tmp_path_factory.mktemp("property") / "r"
    model: dict[int, Any] = {}
    for number, (start, gaps, closes) in enumerate(sessions):
        rec = fitreel.Recorder(path, X, X, resume=True)
        steps = (start + np.cumsum([0, *gaps])).tolist()
        model = {step: loss for step, loss in model.items() if step < start}
        for step in steps:
            model[step] = number + step / 100
            rec.log(step, model[step], X * model[step], **{f"m{number}": step})
        rec.close() if closes else rec._let_go()
    run = Record(path)
    assert run.epochs.tolist() == sorted(model)
    assert run.losses.tolist() == [model[step] for step in sorted(model)]
    for snapshot in run.snapshots():
        expected = (X * model[snapshot.epoch]).astype(np.float32)
        np.testing.assert_array_equal(snapshot.prediction, expected)
    assert run.ending == ("complete" if sessions[-1][2] else None)
