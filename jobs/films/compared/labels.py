"""What compared runs are called: what differs between their jobs, or their folders."""

from collections.abc import Sequence
from typing import Any

from fitreel.jobs.job.job import Job
from fitreel.jobs.job.sweep import label_of
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.model.suggestions import nearest


def seed_note(jobs: Sequence[Job]) -> str:
    """What the seed varies among configurations, in a line; empty where it is one seed."""
    if len({job.seed for job in jobs}) < 2:
        return ""
    is_data_fixed = all(job.data.seed is not None or job.data.file is not None for job in jobs)
    return f"the seed varies {'the network alone' if is_data_fixed else 'data and network'}"


def groups_of(jobs: Sequence[Job], keys: Sequence[str]) -> list[str]:
    """What each record has in common with its group, in which `keys` vary; "" without keys.

    Raises:
        BadInput: there is no such key.
    """
    flat = [_flat(job) for job in jobs]
    for key in keys:
        if key not in flat[0]:
            raise BadInput(f"compare.group: there is no key {key!r}{nearest(key, flat[0])}")
    if not keys:
        return [""] * len(jobs)
    rest = [{key: value for key, value in each.items() if key not in keys} for each in flat]
    differing = [key for key in rest[0] if any(each[key] != rest[0][key] for each in rest)]
    return [
        label_of({key: each[key] for key in differing if each[key] is not None}) or "as it is"
        for each in rest
    ]


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
