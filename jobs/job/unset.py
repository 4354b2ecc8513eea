"""`--unset KEY`: a job as if it didn't say that."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fitreel.jobs.job.job import TABLES, Job
from fitreel.jobs.job.loading import Source
from fitreel.jobs.job.unknown_keys import unknown_key
from fitreel.model.errors import BadInput
from fitreel.model.system.toml import DEEPEST


def without(source: Source, keys: Sequence[str]) -> Source:
    """The job less these dotted keys, or tables, so that what they are by default holds.

    Raises:
        BadInput: there is no such key, or, below those that every job may have, none in this job.
    """
    if not keys:
        return source
    values = json.loads(json.dumps(source.values, default=str))
    for key in keys:
        parts = key.strip().split(".")
        _check(parts[:DEEPEST])
        is_there = len(parts) <= DEEPEST and _remove(values, parts)
        if not is_there and len(parts) > 2:
            raise BadInput(f"{source.label}: --unset {key}: the job doesn't say that")
    return replace(source, values=values)


def _check(parts: Sequence[str]) -> None:
    """Refuse what is no key of any job."""
    table = parts[0]
    if table not in Job.model_fields:
        raise BadInput(f"--unset: {unknown_key([table])}")
    if len(parts) > 1 and table not in TABLES:
        raise BadInput(f"--unset {'.'.join(parts)}: {table} is a value, not a table")
    if len(parts) > 1 and parts[1] not in TABLES[table].model_fields:
        raise BadInput(f"--unset: {unknown_key(list(parts[:2]))}")


def _remove(table: Any, parts: Sequence[str]) -> bool:
    """Take a key out of nested tables, in which a name may have dots of its own."""
    if not isinstance(table, dict):
        return False
    for count in range(len(parts), 0, -1):
        name = ".".join(parts[:count])
        if name in table:
            if count < len(parts):
                return _remove(table[name], parts[count:])
            del table[name]
            return True
    return False
