"""A job's training, in the test's own process."""

from fitreel.jobs.job.loading import DEMO, load_job
from fitreel.jobs.job.resolve import resolve_job
from fitreel.model.training.loop import Task, Training


def task(*assignments: str) -> Task:
    resolved_job = resolve_job(load_job(DEMO, assignments))
    job = resolved_job.loaded.job
    return Task(
        job.seed,
        job.data,
        job.network,
        resolved_job.train,
        resolved_job.function,
        resolved_job.points,
        resolved_job.own_code,
    )


def training(*assignments: str) -> Training:
    return Training(task(*assignments))
