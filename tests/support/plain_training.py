"""A job's training, in the test's own process."""

from fitreel.jobs.job.loading import DEMO, load_job
from fitreel.jobs.job.resolve import prepare
from fitreel.model.training.loop import Task, Training


def training(*assignments: str) -> Training:
    prepared = prepare(load_job(DEMO, assignments))
    job = prepared.loaded.job
    return Training(
        Task(
            job.seed,
            job.data,
            job.network,
            job.train,
            prepared.formula,
            prepared.points,
            prepared.module_file,
        )
    )
