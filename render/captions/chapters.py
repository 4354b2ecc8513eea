"""Chapters of a film: stretches between its events, with titles."""

from collections.abc import Sequence

from fitreel.render.captions.events import Event
from fitreel.render.metadata.provenance import Chapter
from fitreel.render.text.translations import Translation
from fitreel.render.timing.timeline import Timeline

SHORTEST_END = 0.5
"""In seconds: an end that is on screen for less gets no chapter of its own."""


BETWEEN = " · "
"""Stands between the titles of what happens in one frame."""


def chapters(events: Sequence[Event], timeline: Timeline, words: Translation) -> list[Chapter]:
    """The chapters of a film: the first starts at 0, each ends where the next starts.

    What happens in one frame shares a chapter. The end has one only where it stays on screen, δ
    and a divergence always have one.

    Args:
        events: as `events` gives them.
        timeline: the film's.
        words: in the language of the titles.
    """
    by_frame: dict[int, list[Event]] = {}
    for event in events:
        frame = 0 if event.kind == "start" else timeline.first_frame_of(event.index)
        stays = (len(timeline) - frame) / timeline.fps
        if event.kind == "end" and stays < SHORTEST_END and frame:
            continue
        by_frame.setdefault(frame, []).append(event)
    frames = sorted(by_frame)
    stretches = []
    for frame, following in zip(frames, [*frames[1:], len(timeline)], strict=True):
        titles = [_title(event, words) for event in _lowest_decade_only(by_frame[frame])]
        start, end = timeline.second_of(frame), timeline.second_of(following)
        stretches.append(Chapter(float(start), float(end), BETWEEN.join(titles)))
    return stretches


def _lowest_decade_only(together: Sequence[Event]) -> list[Event]:
    """Of several decades the last one: the lowest."""
    last = max((i for i, event in enumerate(together) if event.kind == "loss"), default=-1)
    return [event for i, event in enumerate(together) if event.kind != "loss" or i == last]


def _title(event: Event, words: Translation) -> str:
    if event.decade is not None:
        return words.text("chapter_loss", loss=words.power_of_ten(event.decade))
    return words.text(f"chapter_{event.kind}")
