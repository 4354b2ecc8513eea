"""What a browser may ask for: the page of what is watched, and what is new of it. Nothing else."""

import html
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fitreel.jobs.watch.watched import MOST_COMPARED, Look, look_at, signature, subject_of
from fitreel.model.errors import FitreelError
from fitreel.model.record.reader import HEADER
from fitreel.render.text.translations import english
from fitreel.render.web.description import describe, theme_of
from fitreel.render.web.document import document_of, json_in_markup, plots_of
from fitreel.render.web.page_size import fitting
from fitreel.render.web.page_subject import PageSubject

EASE = 4.0
"""After a picture took so long to make, nobody's next question is answered anew for so many times
as long."""
LARGEST_PAGE = 20 << 20
"""Bytes of predictions; a page of more has some of the snapshots."""
LARGEST_HAVE = 4000
"""Characters of what a browser says it has."""
HTML, JSON = "text/html; charset=utf-8", "application/json"


@dataclass(frozen=True)
class Answer:
    """What is sent."""

    status: int
    kind: str = "text/plain; charset=utf-8"
    body: bytes = b""


NOT_FOUND = Answer(404, body=b"There is nothing here.\n")


class WatchedPage:
    """The page of some records, which are read again when their files have changed."""

    def __init__(self, folders: Sequence[Path], assignments: Sequence[str]) -> None:
        self.folders, self._assignments = list(folders), list(assignments)
        self._lock = threading.Lock()
        self._seen: tuple[Any, ...] | None = None
        self._look = Look()
        self._subject: PageSubject | None = None
        self._due = 0.0

    def page(self) -> Answer:
        """All of it; or that nothing is there yet."""
        with self._lock:
            self._read()
            if self._subject is None:
                return _waiting(self._state())
            subject = self._subject
            content = describe(subject) | {"state": self._state()}
            content |= plots_of(content, theme_of(subject), subject)
            live = {"version": self._look.version}
            return Answer(200, HTML, document_of(content, theme_of(subject), subject, live))

    def updates(self, version: str, have: str) -> Answer:
        """What is new since `version`, for a page that has so many snapshots of each run."""
        counts = [int(each) if each.isdigit() else 0 for each in have[:LARGEST_HAVE].split(",")]
        with self._lock:
            self._read()
            subject, look = self._subject, self._look
            if subject is None or look.version == version:
                return Answer(200, JSON, _encoded({"state": self._state()}))
            if len(counts) != len(subject.runs):
                return Answer(200, JSON, _encoded({"reload": True}))
            # Where a page has only some of the snapshots, others may be chosen as it grows.
            is_whole = len(subject.steps) == len(subject.times)
            content = describe(subject, dict(enumerate(counts if is_whole else [0] * len(counts))))
            content |= {"live": {"version": look.version}, "state": self._state()}
            return Answer(200, JSON, _encoded(content))

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
        self._seen = files
        look = look_at(self.folders)
        if look.records and look.version != self._look.version:
            subject = subject_of(look.records, self._assignments).on_page()
            self._subject = fitting(subject, LARGEST_PAGE)
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


@dataclass
class Site:
    """All that is served, under a token that only who started it knows."""

    token: str
    places: Sequence[Path]
    """Records, which may still come; or one folder of records."""
    assignments: Sequence[str] = ()
    _pages: dict[str, WatchedPage] = field(default_factory=dict)

    def answer(self, parts: Sequence[str], query: dict[str, str]) -> Answer:
        """What is at these parts of a path, after the token."""
        *names, last = parts
        page = self._page("/".join(names))
        try:
            if page is None:
                return self._list() if parts == [""] else NOT_FOUND
            if last == "":
                return page.page()
            if last == "updates":
                return page.updates(query.get("version", ""), query.get("have", ""))
        except FitreelError as error:
            return Answer(200, HTML, _small("fitreel", str(error)))
        return NOT_FOUND

    def folders(self) -> list[Path]:
        """Of the records that are served, the newest first where they are those of a folder."""
        if len(self.places) > 1 or (self.places[0] / HEADER).exists():
            return list(self.places)
        try:
            found = [path.parent for path in self.places[0].glob(f"*/{HEADER}")]
        except OSError:
            found = []
        return sorted(found, key=_newest_first) or list(self.places)

    def _page(self, name: str) -> WatchedPage | None:
        """The page of a name: "" of the records as they were given, or a record's, or "all"."""
        folders = self.folders()
        is_given = folders == list(self.places)
        if (name == "" and is_given) or (name == "all" and not is_given and len(folders) > 1):
            folders = folders if is_given else sorted(folders[:MOST_COMPARED])
        elif name and not is_given and name in (each.name for each in folders):
            folders = [each for each in folders if each.name == name]
        else:
            return None
        page = self._pages.get(name)
        if page is None or page.folders != folders:
            page = self._pages[name] = WatchedPage(folders, self.assignments)
        return page

    def _list(self) -> Answer:
        """The records of the folder, each with its page."""
        names = [folder.name for folder in self.folders()]
        links = [("all/", "all together")] if len(names) > 1 else []
        links += [(f"{name}/", name) for name in names]
        return Answer(200, HTML, _small("fitreel", "", links))


def _age_of(files: Sequence[tuple[str, int, int]]) -> float:
    """Seconds since the newest of these files was written."""
    return time.time() - max((changed / 1e9 for _, _, changed in files), default=time.time())


def _newest_first(folder: Path) -> float:
    try:
        return -folder.stat().st_mtime
    except OSError:
        return 0.0


def _encoded(content: dict[str, Any]) -> bytes:
    return json_in_markup(content).encode()


def _waiting(state: str) -> Answer:
    """A page that looks again by itself."""
    return Answer(200, HTML, _small("fitreel", state, refresh=True))


def _small(
    title: str, text: str, links: Sequence[tuple[str, str]] = (), *, refresh: bool = False
) -> bytes:
    """A page of a sentence and some links."""
    from urllib.parse import quote

    again = '<meta http-equiv="refresh" content="1">' if refresh else ""
    rows = "".join(
        f'<li><a href="{quote(target)}">{html.escape(name)}</a></li>' for target, name in links
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">{again}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title></head>"
        '<body style="font: 1.2rem/1.5 system-ui, sans-serif; margin: 2rem">'
        f"<main><h1>{html.escape(title)}</h1><p>{html.escape(text)}</p><ul>{rows}</ul></main>"
        "</body></html>\n"
    ).encode()
