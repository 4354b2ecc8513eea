"""Who trains many: this machine's processes, or the cluster that the command names."""

from collections.abc import Iterator
from contextlib import contextmanager

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.runtime import signals
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.pool.worker_pool import WorkerPool
from fitreel.jobs.train.workers import Workers
from fitreel.model.errors import Stopped
from fitreel.model.system.processes import cores


@contextmanager
def recruited(wanted: int, options: Options, report: Report) -> Iterator[Workers | None]:
    """The workers of a command, and their end; None where one process is as good.

    Args:
        wanted: how many could be of use.
        options: of the command.
        report: for what is to be said of a cluster.

    Raises:
        Unavailable: the cluster can't be used, or has no worker.
        Stopped: a signal came while waiting for one.
    """
    if options.cluster is not None and wanted:
        from fitreel.jobs.train.cluster.cluster_workers import SECONDS_TO_STOP, ClusterWorkers

        with signals.ending_within(SECONDS_TO_STOP + 1):
            cluster = ClusterWorkers(options.cluster, options, wanted, report)
            try:
                yield cluster
            except Stopped:
                cluster.stop()
                raise
            finally:
                cluster.close()
        return
    count = min(options.workers or cores(), wanted)
    if count < 2:
        yield None
        return
    pool = WorkerPool(count, options)
    with signals.before_ending(pool.kill):
        try:
            yield pool
        except Stopped:
            pool.stop()
            raise
        finally:
            pool.close()
