"""Which configurations of a comparison are trained together, and in which process."""

from collections.abc import Sequence
from typing import Any

from fitreel.jobs.job.resolve import ResolvedJob
from fitreel.jobs.job.sweep import Configuration
from fitreel.model.batch_eligibility import alike, most_at_once

Batch = tuple[int, ...]
"""Configurations that one process trains in one go, by their places."""


def partition(
    configurations: Sequence[Configuration], untrained: Sequence[int], workers: int
) -> list[Batch]:
    """The places of the untrained, those together that one process trains at once.

    Batches come first, each of one shape and spread evenly over the workers; a configuration of
    the exact engine is by itself.
    """
    groups: dict[str, list[int]] = {}
    single: list[Batch] = []
    for number in untrained:
        resolved_job = configurations[number].resolved_job
        if resolved_job.is_batched:
            groups.setdefault(repr(_shape(resolved_job)), []).append(number)
        else:
            single.append((number,))
    fair = -(-sum(len(group) for group in groups.values()) // max(1, workers))
    batches: list[Batch] = []
    for group in groups.values():
        resolved_job = configurations[group[0]].resolved_job
        network = resolved_job.loaded.job.network
        most = min(fair, most_at_once(network, _points(resolved_job), resolved_job.shape.sizes))
        parts = -(-len(group) // most)
        batches += [tuple(group[part::parts]) for part in range(parts)]
    return [*sorted(batches, key=len, reverse=True), *single]


def _shape(resolved_job: ResolvedJob) -> tuple[Any, ...]:
    job = resolved_job.loaded.job
    points, sizes = _points(resolved_job), resolved_job.shape.sizes
    return alike(job.data, job.network, resolved_job.train, points, sizes)


def _points(resolved_job: ResolvedJob) -> int:
    points = resolved_job.points
    return resolved_job.loaded.job.data.points if points is None else len(points.x)
