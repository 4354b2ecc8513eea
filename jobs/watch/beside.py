"""A page served beside a training, by a process of its own, for as long as the command runs."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.films.request import Request
from fitreel.jobs.job.resolve import resolve_job
from fitreel.jobs.runtime import signals
from fitreel.jobs.train.run_store import RunStore
from fitreel.model.errors import FitreelError
from fitreel.model.system.extras import check_installed


@contextmanager
def watched_beside(requests: Sequence[Request | Exception], options: Options) -> Iterator[None]:
    """A block beside which the records of these requests are served, as far as they are there.

    Raises:
        Unavailable: what pages need isn't installed.
    """
    check_installed("bokeh", "page", "--watch")
    folders = [folder for request in requests for folder in _folders_of(request, options)]
    if not folders:
        yield
        return
    settings = [f"--set={each}" for each in options.assignments if each.startswith("film.")]
    process = subprocess.Popen(
        # -P: what lies in the current folder must not stand in for a library.
        [sys.executable, "-P", "-m", "fitreel", "watch", "--wait", *settings, "--",
         *(str(folder.absolute()) for folder in folders)],
        stdin=subprocess.DEVNULL,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    with signals.before_ending(process.kill):
        try:
            yield
        finally:
            # It holds nothing that could be left half done, and has nothing to say of its end.
            process.kill()
            process.wait()


def _folders_of(request: Request | Exception, options: Options) -> list[Path]:
    """Where its records are, or will be; none of one that can't be read, as will be said."""
    if isinstance(request, Exception):
        return []
    store = RunStore.of(options)
    try:
        loaded = request.load(options)
        if not loaded.job.compare.is_comparison:
            return [store.path_of(resolve_job(loaded))]
        from fitreel.jobs.job.sweep import configurations_of

        return [store.path_of(each.resolved_job) for each in configurations_of(loaded, options)]
    except FitreelError:
        return []
