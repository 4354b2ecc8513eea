"""Which configurations of a comparison are trained together, and in which process."""

from collections.abc import Sequence
from typing import Any

from fitreel.jobs.job.resolve import ResolvedJob
from fitreel.jobs.job.sweep import Configuration
from fitreel.model.training.batched.batch_eligibility import alike, most_at_once

Share = tuple[int, ...]
"""Configurations that one process trains in one go, by their places."""


def shared_out(found: Sequence[Configuration], waiting: Sequence[int], workers: int) -> list[Share]:
    """The places in `found` that wait, those together that one process trains at once.

    Batches come first, each of one shape and spread evenly over the workers; a configuration of
    the exact engine is by itself.
    """
    groups: dict[str, list[int]] = {}
    single: list[Share] = []
    for number in waiting:
        prepared = found[number].prepared
        if prepared.is_batched:
            groups.setdefault(repr(_shape(prepared)), []).append(number)
        else:
            single.append((number,))
    fair = -(-sum(len(group) for group in groups.values()) // max(1, workers))
    batches: list[Share] = []
    for group in groups.values():
        prepared = found[group[0]].prepared
        most = min(fair, most_at_once(prepared.loaded.job.network, _points(prepared)))
        parts = -(-len(group) // most)
        batches += [tuple(group[part::parts]) for part in range(parts)]
    return [*sorted(batches, key=len, reverse=True), *single]


def _shape(prepared: ResolvedJob) -> tuple[Any, ...]:
    job = prepared.loaded.job
    return alike(job.data, job.network, job.train, _points(prepared))


def _points(prepared: ResolvedJob) -> int:
    job = prepared.loaded.job
    return job.data.points if prepared.points is None else len(prepared.points[0])
