"""A record, or the records of a folder, as they are on disk now; nothing is asked of who trains."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from fitreel.jobs.films.compared.labels import groups_of, labels_of
from fitreel.jobs.films.comparison import Comparison
from fitreel.jobs.films.pipeline import source_of
from fitreel.jobs.films.single_run import SingleRun
from fitreel.jobs.films.style_files import style_files_of
from fitreel.jobs.job.loading import Source, load_job
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import HEADER, Record
from fitreel.render.comparison_picture import Entry

PATIENCE = 10.0
"""Seconds without anything new until a training is said to stand still."""
SLOWER = 5.0
"""As many times as a training took between two snapshots, where that is longer."""
PARCEL, LATE = 60.0, 2.0
"""A cluster's records come home in parcels, after so many seconds at most; and so many times as
late at worst."""
AT_ONCE = 5.0
"""Files of a parcel are written within so many seconds."""
SETTLED = 3.0
"""Seconds without anything new after which what can't be read is damaged, and not being written."""


@dataclass(frozen=True)
class Look:
    """What was found at one look."""

    records: tuple[Record, ...] = ()
    """Those that have a snapshot."""
    problem: str = ""
    """Why a record can't be read."""
    age: float = 0.0
    """Seconds since anything was written."""
    is_settled: bool = True
    """Whether what can't be read isn't only being written just now."""

    @property
    def version(self) -> str:
        """Stands for all that is recorded."""
        return "-".join(record.digest for record in self.records)

    @property
    def has_ended(self) -> bool:
        """Whether all trainings have."""
        return bool(self.records) and all(each.ending is not None for each in self.records)

    @property
    def stands_still(self) -> bool:
        """Whether nothing came for so long that the training seems to be gone."""
        if self.has_ended or self.problem:
            return False
        gaps = [SLOWER * _longest_gap(each) for each in self.records]
        parcels = [LATE * _last_parcel(each) for each in self.records]
        return self.age > max([PATIENCE, *gaps, *parcels])


def look_at(folders: Sequence[Path]) -> Look:
    """Read the records in these folders as far as they are whole."""
    records, problem, is_settled = [], "", True
    for folder in folders:
        if not (folder / HEADER).exists():
            continue  # it may still come
        try:
            record = Record(folder)
        except BadInput as error:
            problem = problem or str(error).splitlines()[0]
            is_settled = is_settled and time.time() - _changed([folder]) > SETTLED
            continue
        if len(record):
            records.append(record)
    return Look(tuple(records), problem, time.time() - _changed(folders), is_settled)


def signature(folders: Sequence[Path]) -> tuple[tuple[str, int, int], ...]:
    """Changes when something is written; of files only what the system says of them."""
    found = []
    for folder in folders:
        try:
            for file in folder.iterdir():
                status = file.stat()
                found.append((str(file), status.st_size, status.st_mtime_ns))
        except OSError:  # gone since, as the look will tell
            continue
    return tuple(sorted(found))


def subject_of(records: Sequence[Record], assignments: Sequence[str]) -> SingleRun | Comparison:
    """What is shown of records, with `film` settings over their own.

    Raises:
        BadInput: a setting that can't be.
    """
    if len(records) == 1:
        loaded = load_job(source_of(records[0]), assignments)
        return SingleRun(loaded.job, style_files_of(loaded), run=records[0])
    jobs = [load_job(source_of(run)).job for run in records]
    source = Source("watch", Path(), {}, name="comparison", trusted=False)
    loaded = load_job(source, assignments)
    groups = groups_of(jobs, loaded.job.compare.group_keys)
    entries = [
        Entry(label, run, group=group)
        for label, run, group in zip(labels_of(jobs, records), records, groups, strict=True)
    ]
    return Comparison(loaded.job, style_files_of(loaded), entries=entries)


def _changed(folders: Sequence[Path]) -> float:
    """When something was last written there, in seconds since 1970."""
    return max((changed / 1e9 for _, _, changed in signature(folders)), default=time.time())


def _longest_gap(record: Record) -> float:
    """Seconds of training between two of its newest snapshots, at most."""
    seconds = record.seconds[-5:]
    return max((b - a for a, b in pairwise(seconds.tolist())), default=0.0)


def _last_parcel(record: Record) -> float:
    """Seconds of training that were written at once with the newest snapshot."""
    chunks = [chunk for chunk in record.chunks if len(chunk)]
    try:
        written = [chunk.path.stat().st_mtime for chunk in chunks]
    except OSError:  # replaced since
        return 0.0
    if record.journal is not None or not chunks:  # snapshot by snapshot
        return 0.0
    first = next(n for n, at in enumerate(written) if at >= written[-1] - AT_ONCE)
    begin = chunks[first - 1].seconds[-1] if first else chunks[0].seconds[0]
    return min(float(chunks[-1].seconds[-1] - begin), PARCEL)
