"""What a page shows of many runs, as their comparison's film goes."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from fitreel.render.captions.caption import NO_CAPTION, Caption
from fitreel.render.comparison.standings.contenders import Contender, contenders_of
from fitreel.render.comparison.standings.sentences import captions_of
from fitreel.render.comparison_picture import ComparisonPicture
from fitreel.render.text.run_status import failure_of
from fitreel.render.timing.comparison_timetable import Timetable
from fitreel.render.web.page_subject import PageGroup, PageRun, PageSubject

MOST_CELLS = 16
"""So many runs at most begin side by side."""


def comparison_on_page(
    comparison: ComparisonPicture, table: Timetable, name: str, most: int | None = None
) -> PageSubject:
    """A comparison of one run at least that has a snapshot."""
    runs: list[PageRun] = []
    failures = []
    numbers: dict[int, int] = {}
    contenders = contenders_of(comparison, table)
    groups = list(
        dict.fromkeys(entry.group or str(n) for n, entry in enumerate(comparison.entries))
    )
    for number, (entry, clock) in enumerate(zip(comparison.entries, table.clocks, strict=True)):
        if entry.run is None or not len(entry.run):
            failures.append((entry.label, failure_of(entry) if entry.run is None else ""))
            continue
        colour = groups.index(entry.group or str(number))
        numbers[number] = len(runs)
        runs.append(PageRun(entry.label, entry.run, clock, colour))
    is_grid = comparison.layout == "grid" or (
        comparison.layout == "auto" and len(contenders) <= MOST_CELLS
    )
    return PageSubject(
        name, runs, comparison.picture, table.timeline, _captions(comparison, contenders, table),
        comparison.clock, "grid" if is_grid else "overlay", _groups(contenders, numbers), failures,
        most,
    )  # fmt: skip


def _groups(contenders: Sequence[Contender], numbers: Mapping[int, int]) -> list[PageGroup]:
    """What has one colour each, by the numbers of its entries on the page; none of plain runs."""
    if not any(each.is_group for each in contenders):
        return []
    members = [
        tuple(numbers[number] for number in each.numbers if number in numbers)
        for each in contenders
    ]
    return [PageGroup(each, own) for each, own in zip(contenders, members, strict=True) if own]


def _captions(
    comparison: ComparisonPicture, contenders: Sequence[Contender], table: Timetable
) -> Callable[[int, float], Caption]:
    """What is said at a step: what stands in the last frame before it, or in its own."""
    stretches = captions_of(comparison, contenders, table).stretches

    def at(number: int, time: float) -> Caption:
        frame = max(int(np.searchsorted(table.times, time, side="right")) - 1, 0)
        standing = [each for each in stretches if each.start <= frame < each.stop]
        return standing[-1].caption if standing else NO_CAPTION

    return at
