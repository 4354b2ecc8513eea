"""What compared runs are called: what differs between their jobs, or their folders."""

from collections.abc import Sequence
from typing import Any

from fitreel.jobs.job.job import Job
from fitreel.jobs.job.sweep import label_of
from fitreel.model.record.reader import Record


def seed_note(jobs: Sequence[Job]) -> str:
    """What the seed varies among configurations, in a line; empty where it is one seed."""
    if len({job.seed for job in jobs}) < 2:
        return ""
    is_data_fixed = all(job.data.seed is not None or job.data.file is not None for job in jobs)
    return f"the seed varies {'the network alone' if is_data_fixed else 'data and network'}"


def only_seeds_differ(jobs: Sequence[Job]) -> bool:
    """Whether jobs train the same but for their seed."""

    def rest(job: Job) -> dict[str, Any]:
        values = _flat(job)
        return {key: value for key, value in values.items() if key not in ("seed", "data.seed")}

    return len(jobs) > 1 and all(rest(job) == rest(jobs[0]) for job in jobs)


def _flat(job: Job) -> dict[str, Any]:
    values: dict[str, Any] = {"seed": job.seed}
    for name in ("data", "network", "train"):
        for key, value in getattr(job, name).model_dump(mode="json").items():
            values[f"{name}.{key}"] = value
    return values


def labels_of(jobs: Sequence[Job], records: Sequence[Record]) -> list[str]:
    """What differs between records; where that doesn't tell them apart, their folders do.

    Of what programs recorded nobody knows what differs: they have names.
    """
    if any(run.header.recorder == "program" for run in records):
        given = [run.header.name for run in records]
        return given if len(set(given)) == len(given) else _folders(records)
    flat = [_flat(job) for job in jobs]
    differing = [key for key in flat[0] if any(f[key] != flat[0][key] for f in flat)]
    labels = [label_of({key: f[key] for key in differing if f[key] is not None}) for f in flat]
    if len(set(labels)) == len(labels) and all(labels):
        return labels
    return _folders(records)


def _folders(records: Sequence[Record]) -> list[str]:
    names = [run.path.resolve().name for run in records]
    return names if len(set(names)) == len(names) else [str(run.path) for run in records]
