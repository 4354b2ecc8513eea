"""What goes with a comparison's film: chapters, and its sentences as subtitles."""

from collections.abc import Iterator

import numpy as np

from fitreel.render.captions.comparison_captions import comparison_captions, count_in_words
from fitreel.render.captions.line_breaks import pages_of
from fitreel.render.captions.run_sentences import capitalized
from fitreel.render.captions.subtitle_formats import Cue
from fitreel.render.comparison.standings.contenders import Contender, contenders_of
from fitreel.render.comparison.standings.sentences import race_of
from fitreel.render.comparison_picture import ComparisonPicture
from fitreel.render.metadata.provenance import Chapter
from fitreel.render.text.translations import translation_of
from fitreel.render.timing.comparison_timetable import Timetable

SHORTEST_END = 0.5
"""In seconds: an end that is on screen for less gets no chapter of its own."""
BETWEEN = " · "
"""Stands between the titles of what happens in one frame."""
LONGEST = 6
"""Seconds that a subtitle stays; what is on screen for longer is seen in silence."""


def comparison_chapters(
    comparison: ComparisonPicture, table: Timetable, count: int
) -> list[Chapter]:
    """The chapters of a clip of `count` frames: its start, how runs end, and its end."""
    picture = comparison.picture
    words = translation_of(picture.language, picture.words)
    titles: dict[int, list[str]] = {0: [words.text("chapter_start")]}
    last = int(np.searchsorted(table.times, table.times[-1]))
    for contender in contenders_of(comparison, table):
        if key := _ending_key(contender):
            frame = int(np.searchsorted(table.times, contender.times[-1]))
            title = f"{' '.join(contender.label.split())}: {words.text(key)}"
            titles.setdefault(min(frame, last), []).append(title)
    if last and (count - last) / table.fps >= SHORTEST_END:
        titles.setdefault(last, []).append(words.text("chapter_end"))
    frames = sorted(titles)
    return [
        Chapter(float(frame / table.fps), float(following / table.fps), BETWEEN.join(titles[frame]))
        for frame, following in zip(frames, [*frames[1:], count], strict=True)
    ]


def _ending_key(contender: Contender) -> str:
    """The title of how all runs of a configuration ended; "" where that is no event."""
    if contender.has_diverged:
        return "chapter_diverged"
    reached = bool(contender.runs) and all(run.ending == "delta" for run in contender.runs)
    return "chapter_delta" if reached else ""


def comparison_cues(comparison: ComparisonPicture, table: Timetable) -> list[Cue]:
    """The sentences of a comparison as subtitles, whatever stands in its pictures."""
    race = race_of(comparison, contenders_of(comparison, table), table)
    words = race.words
    count = count_in_words(len(race.racers), words)
    first = capitalized(words.text("said_start_many", count=count))
    cues: list[Cue] = []
    for stretch in comparison_captions(race, table.times, table.fps).stretches:
        text = stretch.caption.text
        sentences = [text] if text else []
        if not cues:
            sentences.insert(0, first)
        if sentences:
            cues += _pages(pages_of(sentences), stretch.start, stretch.stop, table)
    return cues or list(_pages(pages_of([first]), 0, len(table), table))


def _pages(pages: list[str], start: int, stop: int, table: Timetable) -> Iterator[Cue]:
    """Pages one after another, from frame `start` to before `stop`, each for as long."""
    count = max(1, min(len(pages), stop - start))
    frames = min(stop - start, int(count * LONGEST * table.fps))
    for number, page in enumerate(pages[:count]):
        begin, end = (start + frames * each // count for each in (number, number + 1))
        yield Cue(begin / table.fps, end / table.fps, page)
