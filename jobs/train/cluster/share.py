"""One request on its way through a cluster: where it is, and what came home of it."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.runtime.read_lock import reading
from fitreel.jobs.train.cluster.parcel import InputFile, Parcel, input_files_of
from fitreel.jobs.train.locked_run import LockedRun, lock_run
from fitreel.jobs.train.record_files import Files, new_files, receive
from fitreel.jobs.train.workers import Failure, TrainRequest
from fitreel.model.errors import BadInput, Busy, CannotWrite, FitreelError, Stopped
from fitreel.model.record.reader import Record

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
    sent_at: float = 0.0
    """When it was sent, or last asked for what is recorded."""
    have: dict[str, set[str]] = field(default_factory=dict)
    """Names of the files that are here, by the name of the run folder."""
    locked_runs: dict[str, LockedRun] = field(default_factory=dict)
    """By the name of the run folder; of those that are trained there."""
    failures: dict[int, Failure] = field(default_factory=dict)
    """By the place in its batch."""
    begun: set[str] = field(default_factory=set)
    """Run folders that this command has written to."""
    trouble: str = ""
    """Why it is tried again."""
    _told_there: set[int] = field(default_factory=set)
    """Which of the failures are not of this machine."""
    _locks: ExitStack = field(default_factory=ExitStack)

    def lock(self, options: Options, *, later: bool) -> bool:
        """Hold the locks of its run folders; what is trained meanwhile, or busy, isn't sent.

        Args:
            options: of the command.
            later: who holds the locks of others waits for none, or two might for each other.

        Returns:
            Whether they are held; none is where one is to be waited for later.

        Raises:
            Stopped: a signal came while waiting.
        """
        if self.request.only_check:
            return True
        wait = None if later else options.wait
        jobs = self.request.resolved_jobs
        # As all who lock several: in this order, so that no two ever wait for each other.
        for k in sorted(range(len(jobs)), key=lambda k: jobs[k].folder_name):
            try:
                # What came home of it already is of this very command.
                force = options.force and jobs[k].folder_name not in self.begun
                own = replace(options, force=force, wait=wait)
                locked_run = self._locks.enter_context(lock_run(jobs[k], own))
            except Stopped:
                self.unlock()
                raise
            except FitreelError as error:
                if isinstance(error, Busy) and wait is not options.wait:
                    self.unlock()
                    return False
                self.failures[k] = Failure(error.exit_code, str(error))
                continue
            if not locked_run.is_trained:
                self.locked_runs[jobs[k].folder_name] = replace(locked_run, wait=options.wait)
        return True

    def unlock(self) -> None:
        """Let go of them."""
        self._locks.close()
        self._locks = ExitStack()
        self.locked_runs.clear()

    @property
    def places(self) -> list[int]:
        """Those in its batch that are sent."""
        if self.request.only_check:
            return list(range(len(self.request.batch)))
        return [k for k, *_ in self._sent()]

    def parcel(self, topic: str, sent: set[str]) -> Parcel:
        """What is sent: `places` and all that they need.

        Args:
            topic: the driver's.
            sent: digests of files that the worker has already; what goes along now is added.

        Raises:
            BadInput: a file that a job names can't be read, or imports what lies beside it.
            Stopped: a signal came while waiting for a record to be read.
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
        self.have = {folder: set(records.get(folder, ())) for folder in self.locked_runs}
        for shorter in filter(None, (each.shorter for each in self.locked_runs.values())):
            with reading(shorter.path):
                records[shorter.path.name] = new_files(shorter.path, is_final=True)
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
        for k, folder, locked_run in self._sent():
            have = self.have[folder]
            files = {n: each for n, each in records.get(folder, {}).items() if n not in have}
            if not files or k in self.failures:
                continue
            try:
                receive(locked_run, files)
                have |= files.keys()
                self.begun.add(folder)
            except Stopped:
                raise
            except FitreelError as error:
                self.failures[k] = Failure(error.exit_code, str(error))

    def check_whole(self) -> None:
        """All that hasn't failed is here, whole; what isn't, has failed."""
        for k, folder, locked_run in self._sent():
            if k in self.failures:
                continue
            try:
                run = Record(locked_run.path)
                if run.ending is None or not locked_run.resolved_job.is_of(run.header.fingerprint):
                    raise BadInput(f"{folder}: came back incomplete, or of another job")
            except BadInput as error:
                self.failures[k] = Failure(error.exit_code, str(error))

    def _sent(self) -> Iterator[tuple[int, str, LockedRun]]:
        """Place, name of the run folder and the folder of each that is trained."""
        for k, job in enumerate(self.request.resolved_jobs):
            if job.folder_name in self.locked_runs:
                yield k, job.folder_name, self.locked_runs[job.folder_name]

    def fail(self, failure: Failure) -> None:
        """All that was sent has failed alike."""
        self.take_failures(dict.fromkeys(range(len(self.places)), failure))

    def take_failures(self, failures: Mapping[int, Failure]) -> None:
        """Those of a delivery, by the place among `places`."""
        places = self.places
        for k, failure in failures.items():
            if places[k] not in self.failures:
                if _is_of_its_host(failure):
                    failure = replace(failure, reason=f"{self.host}: {failure.reason}")
                self.failures[places[k]] = failure
                self._told_there.add(places[k])

    def parts_to_try_again(self) -> "list[Share]":
        """What of it may well succeed elsewhere, which takes it out of its failures.

        What has failed twice is tried by itself: one of a batch may be to blame.
        """
        attempts = self.attempts + 1
        if attempts >= MOST_ATTEMPTS or self.request.only_check:
            return []
        places = [k for k in sorted(self._told_there) if _is_of_its_host(self.failures[k])]
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
