"""The program as tests run it, and trainings in the test's own process."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from fitreel.jobs.job.loading import DEMO, load_job
from fitreel.jobs.job.resolve import prepare
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.ensure_trained import RunStore, record
from fitreel.model.record.reader import Record

ROOT = Path(__file__).parents[2]
"""The checkout."""
FITREEL = [sys.executable, "-c", "from fitreel.jobs.main import main; main()"]
Fitreel = Callable[..., "subprocess.CompletedProcess[str]"]


def time_limit(seconds: float) -> float:
    """So many seconds of the clock; more of them where others want this machine's cores, too."""
    return seconds * max(1.0, 2 * os.getloadavg()[0] / (os.cpu_count() or 1))


def train_here(folder: Path, *assignments: str) -> Record:
    """Train in this process, which has torch already."""
    prepared = prepare(load_job(DEMO, assignments))
    return record(prepared, RunStore(folder / "runs"), Report(quiet=True))
