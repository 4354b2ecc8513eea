"""The program as tests run it, and trainings in the test's own process."""

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


def train_here(folder: Path, *assignments: str) -> Record:
    """Train in this process, which has torch already."""
    resolved_job = resolve_job(load_job(DEMO, assignments))
    return ensure_trained(resolved_job, Options(runs=folder / "runs"), Report(quiet=True))
