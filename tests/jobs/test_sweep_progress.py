"""What a terminal shows of many trainings: a bar over all, and a line for each that is running."""

import os
import pty
import re
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from support.program import FITREEL

from fitreel.jobs.runtime.report import Report

MOVES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def screen(terminal: int) -> list[str]:
    """The lines that are written to it until nobody has it open, without colours and moves."""
    content = b""
    with suppress(OSError):  # which says that nobody has
        while more := os.read(terminal, 1 << 16):
            content += more
    os.close(terminal)
    lines = MOVES.sub("", content.decode()).splitlines()
    return [line.strip() for line in lines if line.strip()]


def lines_of(screen: list[str], start: str) -> list[str]:
    return [line for line in screen if line.startswith(f"{start} ")]


def test_a_sweep_has_a_bar_over_all_and_one_for_each_that_is_running(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours, theirs = pty.openpty()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        with Report().many(["one", "two", "both", "last"], [1, 1, 2, 1], 400) as update:
            update(0, 200, "loss 0.5")
            time.sleep(0.15)  # it is drawn ten times a second
            update(2, 100, "loss 0.7")
            time.sleep(0.15)
            update(0, None, "trained")
            update(1, None, "failed", 1)
            update(2, 300, "loss 0.3")  # and says all that has come, however soon after another
            time.sleep(0.15)
    shown = screen(ours)
    assert any("200/400" in line and "loss 0.5" in line for line in lines_of(shown, "one"))
    assert any("0 of 5 trained, 3 running" in line for line in lines_of(shown, "all"))
    last = lines_of(shown, "all")[-1]
    # Two have ended, and of two more three quarters are done.
    assert "1 of 5 trained, 2 running, 1 failed" in last and "1400/2000" in last
    assert re.search(r" 0:00:0\d$", last) and not lines_of(shown, "last")
    # Nothing is left of those that have ended: only who is running stands below the bar over all.
    after = shown[len(shown) - shown[::-1].index(last) - 1 :]
    assert [line.split()[0] for line in after] == ["all", "both"]


@pytest.mark.long
def test_a_terminal_shows_who_trains_and_what_failed(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(
        "import os, torch\nclass Ends(torch.nn.Linear):\n"
        "    def __init__(self):\n        os.kill(os.getpid(), 9)\n"
    )
    ours, theirs = pty.openpty()
    job = '{label = "dies", "network.module" = "net.py:Ends"}'
    (tmp_path / "job.toml").write_text(
        "[train]\nepochs = 6000\n[compare]\npanel = [\n"
        + ",\n".join([f'{{label = "n{n}", seed = {n}}}' for n in range(4)] + [job])
        + "\n]\n"
    )
    running = subprocess.Popen(
        [*FITREEL, "train", "job.toml", "--workers", "2"], cwd=tmp_path,
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "120"},
    )  # fmt: skip
    os.close(theirs)
    shown = screen(ours)
    assert running.wait(60) == 74
    for n in range(4):
        assert any(re.search(r"[1-9]\d*/6000 +loss ", line) for line in lines_of(shown, f"n{n}"))
    over_all = lines_of(shown, "all")
    assert any("2 running" in line for line in over_all)
    assert any("3 of 5 trained, 1 running, 1 failed" in line for line in over_all)
    assert any(re.search(r" 0:00:\d\d$", line) for line in over_all)
    assert shown[-1].startswith("fitreel: dies: its process was killed")
