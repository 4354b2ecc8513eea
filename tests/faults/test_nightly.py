"""The crontab line, systemd units and Slurm script of docs/cron.md, as far as they run here."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support import pages
from support.forked import Fault, forge, record
from support.program import ROOT, time_limit

from fitreel.jobs.runtime.locks import locked
from fitreel.render.metadata.checksum import check_whole

LONG = pytest.mark.long
PAGE = ROOT / "docs" / "cron.md"
FOLDER = "/srv/films"
JOB = '[train]\nepochs = 20\n[film]\nsize = [320, 240]\noutputs = ["{name}.gif"]\n'


def block(language: str, holding: str) -> str:
    """The page's block of this language that holds these words."""
    (text,) = [text for _, text in pages.blocks(PAGE, language) if holding in text]
    return text


@pytest.fixture
def films(tmp_path: Path) -> Path:
    """What the page calls /srv/films."""
    folder = tmp_path / "films"
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "fitreel").symlink_to(Path(sys.executable).parent / "fitreel")
    (folder / "nightly.toml").write_text(JOB)
    return folder


def cron_command() -> str:
    line = block("", "* * * cd").strip()
    match = re.fullmatch(r"(\d+) (\d+) (\S+) (\S+) (\S+) (.+)", line)
    assert match is not None and int(match[1]) < 60 and int(match[2]) < 24
    assert match.groups()[2:5] == ("*", "*", "*")
    # cron takes a % for the end of the line.
    assert "%" not in match[6]
    return match[6]


def as_cron(command: str, films: Path) -> "subprocess.CompletedProcess[str]":
    """As cron does: /bin/sh, next to no environment, no terminal."""
    return subprocess.run(
        ["env", "-i", "PATH=/usr/bin:/bin", "SHELL=/bin/sh", f"HOME={films.parent}", "LOGNAME=x",
         "/bin/sh", "-c", command.replace(FOLDER, shlex.quote(str(films)))],
        cwd=films.parent, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.long
def test_the_crontab_line(films: Path) -> None:
    done = as_cron(cron_command(), films)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    check_whole(films / "nightly.gif")
    assert "nightly.gif" in (films / "fitreel.log").read_text()
    again = as_cron(cron_command(), films)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    (films / "nightly.toml").write_text("[train]\nlearning_rate = 1\n")
    failed = as_cron(cron_command(), films)
    assert failed.returncode == 65 and failed.stdout == ""
    assert 1 <= len(failed.stderr.splitlines()) <= 2 and "learning_rate" in failed.stderr


def test_the_systemd_units(films: Path) -> None:
    service, timer = block("ini", "[Service]"), block("ini", "[Timer]")
    command = re.search(r"^ExecStart=(.*)$", service, re.MULTILINE)
    calendar = re.search(r"^OnCalendar=(.*)$", timer, re.MULTILINE)
    assert command and calendar and "\nType=oneshot\n" in service
    # The same as the crontab's, but for the folder.
    assert command[1].removeprefix(f"{FOLDER}/") == cron_command().partition(" && ")[2]
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze")
    units = films.parent / "units"
    units.mkdir()
    (units / "fitreel.service").write_text(service.replace(FOLDER, str(films)))
    (units / "fitreel.timer").write_text(timer)
    for arguments in (["verify", str(units / "fitreel.timer")], ["calendar", calendar[1]]):
        done = subprocess.run(
            ["systemd-analyze", *arguments], capture_output=True, text=True, check=False
        )
        told = [line for line in done.stderr.splitlines() if "fitreel" in line]
        assert (done.returncode, told) == (0, []), done.stderr


def test_the_slurm_script(films: Path) -> None:
    script = films / "films.sh"
    script.write_text(block("bash", "#SBATCH"))
    text = script.read_text()
    assert text.startswith("#!/bin/bash\n#SBATCH ") and "#SBATCH --signal=B:TERM@30\n" in text
    options = re.findall(r"^#SBATCH (\S+)$", text, re.MULTILINE)
    assert len(options) == text.count("#SBATCH") and all("=" in option for option in options)
    checked = subprocess.run(["bash", "-n", script], capture_output=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, b"")


@pytest.mark.long
def test_the_slurm_script_goes_on_where_it_was_stopped(films: Path) -> None:
    script = films / "films.sh"
    script.write_text(block("bash", "#SBATCH"))
    (films / "nightly.toml").write_text(JOB.replace("= 20", "= 40000\nsnapshot_every = 1000"))
    env = {"PATH": "/usr/bin:/bin", "SLURM_SUBMIT_DIR": str(films), "SLURM_JOB_ID": "7"}
    running = subprocess.Popen(["bash", script], cwd="/", env=env)
    deadline = time.monotonic() + 60
    while not list(films.glob("runs/*/snapshots-00000-*")):
        assert time.monotonic() < deadline and running.poll() is None
        time.sleep(0.05)
    asked_at = time.monotonic()
    running.send_signal(signal.SIGTERM)
    assert running.wait(20) == 143 and time.monotonic() - asked_at < time_limit(2)
    assert not (films / "nightly.gif").exists()
    done = subprocess.run(["bash", script], cwd="/", env=env, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    check_whole(films / "nightly.gif")
    assert "going on from epoch" in (films / "fitreel.log").read_text()


SMALL = ("--set", "film.size=[160,120]", "-q")


def night(folder: Path, output: str, *more: str, fault: Fault | None = None) -> int:
    """The exit code of one night's `render`."""
    command = ("render", str(record()), *SMALL, *more, "-o", output)
    done = forge(*command, cwd=folder, fault=fault)
    assert done.stderr == "", done
    return done.code


def day(ahead: float = 0) -> str:
    return (datetime.now() + timedelta(days=ahead)).strftime("%Y-%m-%d")


@pytest.mark.parametrize("output", ["a-{date}.gif", "a-{date}/", "a-{date}.srt"])
def test_what_killed_nights_left_goes_with_the_next(tmp_path: Path, output: str) -> None:
    """By series, and nothing of another series, nor what is in use, nor what isn't ours."""
    name = output.format(date="2020-01-01").rstrip("/")
    mark = "77-0123456789abcdef01234567.fitreel.tmp"
    (tmp_path / f".{name}.{mark}").mkdir()
    (tmp_path / f".{name}.{mark}" / "00001.png").touch()
    (tmp_path / f".{name}.lock").touch()
    in_use = output.format(date="2020-01-02").rstrip("/")
    stays = [
        f".b-{name}.{mark}", f".{name}.77.tmp", f".x{name}.lock", f".{in_use}.{mark}",
        f".{in_use}.lock", f".{name}", f"{name}.tmp",
    ]  # fmt: skip
    for stay in stays:
        (tmp_path / stay).touch()
    with locked(tmp_path / in_use, "film"):
        assert night(tmp_path, output) == 0
    made = output.format(date=day()).rstrip("/")
    left = {path.name for path in tmp_path.iterdir()}
    assert left - {f".{made}.fitreel"} == {*stays, made, f".{made}.lock"}


@pytest.mark.parametrize("count", [3, pytest.param(100, marks=LONG)])
def test_a_removal_that_was_killed_is_finished(tmp_path: Path, count: int) -> None:
    """At any call of it, where there are frames; nobody meets half a folder meanwhile."""
    assert night(tmp_path, "a-{date}/") == 0
    made = tmp_path / f"a-{day()}"
    old = tmp_path / "a-2020-01-01"
    keep = ("--set", "film.keep=1")

    def put_old() -> None:
        shutil.rmtree(old, ignore_errors=True)
        shutil.copytree(made, old)

    put_old()
    counting = Fault(count_to=str(tmp_path.parent / "counted"))
    assert night(tmp_path, "a-{date}/", *keep, fault=counting) == 0 and not old.exists()
    total = int((tmp_path.parent / "counted").read_text())
    assert total > 12
    for number in sorted({1, total, *range(1, total, max(total // (count - 1), 1))}):
        put_old()
        done = night(tmp_path, "a-{date}/", *keep, fault=Fault(kill_at=number, kill="after"))
        assert done == -9
        if old.exists():
            check_whole(old)
        assert night(tmp_path, "a-{date}/", *keep) == 0
        assert {path.name for path in tmp_path.iterdir()} == {made.name, f".{made.name}.lock"}


def test_a_removal_that_the_version_before_began_is_finished(tmp_path: Path) -> None:
    assert night(tmp_path, "a-{date}/") == 0
    old = tmp_path / "a-2020-01-01"
    shutil.copytree(tmp_path / f"a-{day()}", old)
    (old / "00000.png").unlink()
    assert night(tmp_path, "a-{date}/", "--set", "film.keep=1") == 0 and not old.exists()


def test_the_clock_goes_back(tmp_path: Path) -> None:
    """Nights of a clock that was years ahead go first, oldest first, and none made since does."""
    assert night(tmp_path, "a-{date}.gif") == 0
    made = tmp_path / f"a-{day()}.gif"

    def put(date: str, modified: float) -> None:
        shutil.copy(made, tmp_path / f"a-{date}.gif")
        os.utime(tmp_path / f"a-{date}.gif", (modified, modified))

    ahead = time.time() + 1e9
    for date in ("2090-01-01", "2090-01-02", "2090-01-03"):
        put(date, ahead)
    put(day(-1), time.time())  # as a copy
    put("2024-02-31", 1)  # no day, so none of ours
    for keep, dates in (
        (4, {day(), day(-1), "2090-01-03", "2090-01-02"}),
        (3, {day(), day(-1), "2090-01-03"}),
        (2, {day(), day(-1)}),
        (1, {day()}),
    ):
        assert night(tmp_path, "a-{date}.gif", "--set", f"film.keep={keep}") == 0
        films = {path.name[2:12] for path in tmp_path.glob("a-*.gif")}
        assert films == dates | {"2024-02-31"}, keep


def test_an_hour_ahead_is_another_time_zone(tmp_path: Path) -> None:
    """There the file's own time decides, and the film just made is the newest in any case."""
    assert night(tmp_path, "a-{date}.gif") == 0
    made = tmp_path / f"a-{day()}.gif"
    for date, modified in ((day(1), time.time() - 60), (day(-1), 1), (day(-2), time.time())):
        shutil.copy(made, tmp_path / f"a-{date}.gif")
        os.utime(tmp_path / f"a-{date}.gif", (modified, modified))
    os.utime(made, (1, 1))
    assert night(tmp_path, "a-{date}.gif", "--set", "film.keep=2") == 0
    films = {path.name[2:12] for path in tmp_path.glob("a-*.gif")}
    assert films == {day(), day(1)}
