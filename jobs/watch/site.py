"""What a browser may ask for: pages of what is watched, and what is new of them. Nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fitreel.jobs.watch.answer import HTML, NOT_FOUND, Answer, small_page
from fitreel.model.errors import FitreelError
from fitreel.model.record.reader import HEADER

if TYPE_CHECKING:
    from fitreel.jobs.watch.watched_page import WatchedPage

MOST_COMPARED = 32
"""So many records at most share a page."""


@dataclass
class Site:
    """All that is served, under a token that only who started it knows."""

    token: str
    places: Sequence[Path]
    """Records, which may still come; or one folder of records."""
    assignments: Sequence[str] = ()
    _pages: "dict[str, WatchedPage]" = field(default_factory=dict)

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
            return Answer(200, HTML, small_page("fitreel", str(error)))
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

    def _page(self, name: str) -> "WatchedPage | None":
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
            # What makes pages takes long to import; the address is there before.
            from fitreel.jobs.watch.watched_page import WatchedPage

            page = self._pages[name] = WatchedPage(folders, self.assignments)
        return page

    def _list(self) -> Answer:
        """The records of the folder, each with its page."""
        names = [folder.name for folder in self.folders()]
        links = [("all/", "all together")] if len(names) > 1 else []
        links += [(f"{name}/", name) for name in names]
        return Answer(200, HTML, small_page("fitreel", "", links))


def _newest_first(folder: Path) -> float:
    try:
        return -folder.stat().st_mtime
    except OSError:
        return 0.0
