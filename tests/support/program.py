"""The program as tests run it, and trainings in the test's own process."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.job.loading import DEMO, load_job
from fitreel.jobs.job.resolve import resolve_job
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.ensure_trained import ensure_trained
from fitreel.model.record.reader import Record

ROOT = Path(__file__).parents[2]
"""The checkout."""
DATA = ROOT / "tests" / "data"
FITREEL = [sys.executable, "-c", "from fitreel.jobs.main import main; main()"]
Fitreel = Callable[..., "subprocess.CompletedProcess[str]"]


def time_limit(seconds: float) -> float:
    """So many seconds of the clock; more of them where others want this machine's cores, too."""
    return seconds * max(1.0, 2 * os.getloadavg()[0] / (os.cpu_count() or 1))


def source_files() -> list[str]:
    """The project's files, relative to ROOT: what git has or would add, else what lies there."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        names = [name for name in done.stdout.split("\0") if name]
    else:
        names = [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*")]
        built = re.compile(
            r"(^|/)(\.venv|__pycache__|[^/]*\.egg-info|\.\w+_cache|runs|build|dist)/"
        )
        names = [name for name in names if not built.search(name)]
    return [name for name in names if (ROOT / name).is_file() or (ROOT / name).is_symlink()]


def train_here(folder: Path, *assignments: str) -> Record:
    """Train in this process, which has torch already."""
    resolved_job = resolve_job(load_job(DEMO, assignments))
    return ensure_trained(resolved_job, Options(runs=folder / "runs"), Report(quiet=True))
