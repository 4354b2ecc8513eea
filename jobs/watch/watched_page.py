"""The page of some records, made anew as they grow."""

import hashlib
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fitreel.jobs.watch.answer import HTML, JSON, Answer, waiting
from fitreel.jobs.watch.watched import Look, look_at, signature, subject_of
from fitreel.model.record.reader import Record
from fitreel.render.text.translations import english
from fitreel.render.web.description import describe
from fitreel.render.web.document import document_of, json_in_markup, plots_of
from fitreel.render.web.page_size import fitting
from fitreel.render.web.page_subject import PageSubject

EASE = 4.0
"""After a picture took so long to make, nobody's next question is answered anew for so many times
as long."""
LARGEST_PAGE = 20 << 20
"""Bytes of predictions; a page of more has some of the snapshots."""
MOST_STEPS = 5000
"""Of a page that grows: what is said of each step is sent again and again."""
LARGEST_HAVE = 4000
"""Characters of what a browser says it has."""


class WatchedPage:
    """The page of some records, which are read again when their files have changed."""

    def __init__(self, folders: Sequence[Path], assignments: Sequence[str]) -> None:
        self.folders, self._assignments = list(folders), list(assignments)
        self._lock = threading.Lock()
        self._seen: tuple[Any, ...] | None = None
        self._look = Look()
        self._subject: PageSubject | None = None
        self._due = 0.0
        self._starts: list[str] = []
        self._generation = 0

    def page(self) -> Answer:
        """All of it; or that nothing is there yet."""
        with self._lock:
            self._read()
            if self._subject is None:
                return waiting(self._state())
            subject = self._subject
            content = describe(subject) | {"state": self._state()}
            content |= plots_of(content, subject.theme, subject)
            live = {"version": self._version()}
            return Answer(200, HTML, document_of(content, subject.theme, subject, live))

    def updates(self, version: str, have: str) -> Answer:
        """What is new since `version`, for a page that has so many snapshots of each run."""
        counts = [int(each) if each.isdigit() else 0 for each in have[:LARGEST_HAVE].split(",")]
        with self._lock:
            self._read()
            subject = self._subject
            if subject is None or self._version() == version:
                return Answer(200, JSON, _encoded({"state": self._state()}))
            if not self._grew(version, counts):
                return Answer(200, JSON, _encoded({"reload": True}))
            # Where a page has only some of the snapshots, others may be chosen as it grows.
            is_whole = len(subject.steps) == len(subject.times)
            content = describe(subject, dict(enumerate(counts if is_whole else [0] * len(counts))))
            content |= {"live": {"version": self._version()}, "state": self._state()}
            return Answer(200, JSON, _encoded(content))

    def _version(self) -> str:
        """Stands for all that is shown: its first part is the same as long as the records grow."""
        return f"{self._generation}.{self._look.version}"

    def _grew(self, version: str, counts: Sequence[int]) -> bool:
        """Whether what a page of `version` has is the beginning of what there is now."""
        runs = self._subject.runs if self._subject is not None else ()
        return (
            version.partition(".")[0] == str(self._generation)
            and len(counts) == len(runs)
            and all(count <= len(each.run) for count, each in zip(counts, runs, strict=True))
        )

    def _read(self) -> None:
        """Look again, if something has changed and the last look isn't too near."""
        started = time.monotonic()
        if started < self._due:
            return
        files = signature(self.folders)
        if files == self._seen:
            look = self._look
            self._look = Look(look.records, look.problem, _age_of(files))
            return
        look = look_at(self.folders)
        if not look.is_settled:  # as likely as not it is being written
            self._look = Look(self._look.records, self._look.problem, look.age)
            return
        self._seen = files
        if look.records and look.version != self._look.version:
            subject = subject_of(look.records, self._assignments).on_page()
            subject = replace(subject, most_steps=min(subject.most_steps or MOST_STEPS, MOST_STEPS))
            self._subject = fitting(subject, LARGEST_PAGE)
            starts = [_start_of(record) for record in look.records]
            self._generation += starts != self._starts
            self._starts = starts
        elif look.problem or not look.records:  # what was whole stays on the page
            problem = look.problem or (f"{self.folders[0]}: is gone" if self._look.records else "")
            look = Look(self._look.records, problem, look.age)
        self._look = look
        self._due = time.monotonic() + EASE * (time.monotonic() - started)

    def _state(self) -> str:
        """What is said of the training."""
        look, words = self._look, english() if self._subject is None else self._subject.words
        if look.problem:
            return words.text("page_damaged", reason=look.problem)
        if not look.records:
            return words.text("page_waiting")
        if look.has_ended:
            return words.text("page_ended")
        if look.stands_still:
            return words.text("page_stopped", seconds=f"{look.age:.0f}")
        return words.text("page_live")


def _start_of(record: Record) -> str:
    """Stands for where a record began: another one in its place began otherwise."""
    (first,) = record.snapshots([0])
    said = f"{record.path} {record.header.fingerprint} {record.points_digest} {first.loss}"
    return hashlib.sha256(said.encode() + first.prediction.tobytes()).hexdigest()


def _age_of(files: Sequence[tuple[str, int, int]]) -> float:
    """Seconds since the newest of these files was written."""
    return time.time() - max((changed / 1e9 for _, _, changed in files), default=time.time())


def _encoded(content: dict[str, Any]) -> bytes:
    return json_in_markup(content).encode()
