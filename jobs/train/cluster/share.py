"""One request on its way through a cluster: where it is, and what came home of it."""

import uuid
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.train.cluster.parcel import InputFile, Parcel, input_files_of
from fitreel.jobs.train.locked_run import LockedRun, lock_run
from fitreel.jobs.train.record_files import Files, new_files, receive
from fitreel.jobs.train.workers import Failure, TrainRequest
from fitreel.model.errors import CannotWrite, FitreelError, Stopped, code_and_reason

MOST_ATTEMPTS = 3
"""So often a share may take its worker with it, or meet a host without space."""


@dataclass
class Share:
    """A request, or what is left of it."""

    which: int
    """The place of the request that it is of."""
    request: TrainRequest
    attempts: int = 0
    avoid: set[str] = field(default_factory=set)
    """Hosts that have failed it."""
    address: str = ""
    """The worker that has it."""
    host: str = ""
    """What that worker's machine calls itself."""
    name: str = ""
    future: Any = None
    sent_at: float = 0.0
    """When it was sent, or last asked for what is recorded."""
    have: set[str] = field(default_factory=set)
    """Names of files of its records that are here."""
    locked_runs: dict[str, LockedRun] = field(default_factory=dict)
    """By the name of the run folder; of those that are trained there."""
    failures: dict[int, Failure] = field(default_factory=dict)
    """By the place in its batch."""
    begun: set[str] = field(default_factory=set)
    """Run folders that this command has written to."""
    trouble: str = ""
    """Why it is tried again."""
    _locks: ExitStack = field(default_factory=ExitStack)

    def lock(self, options: Options) -> None:
        """Hold the locks of its run folders; what is trained meanwhile, or busy, isn't sent.

        Raises:
            Stopped: a signal came while waiting.
        """
        if self.request.only_check:
            return
        jobs = self.request.resolved_jobs
        # As all who lock several: in this order, so that no two ever wait for each other.
        for k in sorted(range(len(jobs)), key=lambda k: jobs[k].folder_name):
            try:
                # What came home of it already is of this very command.
                force = options.force and jobs[k].folder_name not in self.begun
                own = replace(options, force=force)
                locked_run = self._locks.enter_context(lock_run(jobs[k], own))
            except Stopped:
                self.unlock()
                raise
            except FitreelError as error:
                self.failures[k] = Failure(error.exit_code, str(error))
                continue
            if not locked_run.is_trained:
                self.locked_runs[jobs[k].folder_name] = locked_run

    def unlock(self) -> None:
        """Let go of them."""
        self._locks.close()
        self._locks = ExitStack()

    @property
    def places(self) -> list[int]:
        """Those in its batch that are sent."""
        if self.request.only_check:
            return list(range(len(self.request.batch)))
        folders = [job.folder_name for job in self.request.resolved_jobs]
        return [k for k, folder in enumerate(folders) if folder in self.locked_runs]

    def parcel(self, topic: str, sent: set[str]) -> Parcel:
        """What is sent: `places` and all that they need.

        Args:
            topic: the driver's.
            sent: digests of files that the worker has already; what goes along now is added.

        Raises:
            BadInput: a file that a job names can't be read, or imports what lies beside it.
        """
        self.name = f"fitreel-{uuid.uuid4().hex}"
        jobs = [self.request.resolved_jobs[k] for k in self.places]
        input_files: list[dict[str, InputFile]] = []
        for job in jobs:
            files = {}
            for key, file in input_files_of(job).items():
                files[key] = replace(file, content=None) if file.digest in sent else file
                sent.add(file.digest)
            input_files.append(files)
        records: dict[str, Files] = {}
        for folder, locked_run in self.locked_runs.items():
            if locked_run.run is not None:
                records[folder] = new_files(locked_run.path, is_final=True)
        self.have = {name for files in records.values() for name in files}
        return Parcel(
            self.name,
            topic,
            [self.request.configurations[k] for k in self.places],
            [job.folder_name for job in jobs],
            input_files,
            records,
            self.request.only_check,
        )

    def receive(self, records: Mapping[str, Files]) -> None:
        """Write what came home of its records; what can't be written is a failure of its own."""
        for k in self.places:
            folder = (
                self.request.resolved_jobs[k].folder_name if not self.request.only_check else ""
            )
            files = {n: c for n, c in records.get(folder, {}).items() if n not in self.have}
            if not files or k in self.failures:
                continue
            try:
                receive(self.locked_runs[folder], files)
                self.have |= files.keys()
                self.begun.add(folder)
            except Stopped:
                raise
            except FitreelError as error:
                self.failures[k] = Failure(*code_and_reason(error))

    def fail(self, failure: Failure) -> None:
        """All that was to be trained has failed alike."""
        self.failures |= {k: failure for k in self.places if k not in self.failures}

    def take_failures(self, failures: Mapping[int, Failure]) -> None:
        """Those of a delivery, by the place among `places`."""
        places = self.places
        for k, failure in failures.items():
            self.failures.setdefault(places[k], failure)

    def parts_to_try_again(self) -> "list[Share]":
        """What of it may well succeed elsewhere, which takes it out of its failures.

        What has failed twice is tried by itself: one of a batch may be to blame.
        """
        attempts = self.attempts + 1
        if attempts >= MOST_ATTEMPTS or self.request.only_check:
            return []
        sent = self.places
        places = [k for k in sent if k in self.failures and _is_of_its_host(self.failures[k])]
        if not places:
            return []
        trouble = self.failures[places[0]].reason
        parts = [places] if attempts < MOST_ATTEMPTS - 1 else [[k] for k in places]
        for k in places:
            del self.failures[k]
        request = self.request
        return [
            Share(
                self.which,
                TrainRequest(
                    tuple(request.batch[k] for k in part),
                    [request.configurations[k] for k in part],
                    [request.resolved_jobs[k] for k in part],
                ),
                attempts,
                self.avoid | {self.host},
                begun=self.begun,
                trouble=trouble,
            )
            for part in parts
        ]


def _is_of_its_host(failure: Failure) -> bool:
    """Whether it may be where it was trained that is to blame: a host lost, or without space."""
    return failure.is_lost or failure.code == CannotWrite.exit_code
