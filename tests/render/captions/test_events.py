"""Events, chapters and subtitles: what happens in a run, from its numbers."""

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fitreel.render.captions.chapters import BETWEEN, chapters
from fitreel.render.captions.events import events
from fitreel.render.captions.subtitle_formats import Cue, srt, vtt
from fitreel.render.captions.subtitles import LONGEST, READ, Reference, cues
from fitreel.render.metadata.provenance import ffmetadata
from fitreel.render.text.translations import languages, translation_of
from fitreel.render.timing.pace_settings import Pacing
from fitreel.render.timing.timeline import Timeline, make_timeline

EN = translation_of("en")
X = np.linspace(-1, 1, 50).astype(np.float32)
CUBE = Reference(X, X**3, X, X**3)


def line_of(losses: Any, seconds: float | None = 30, **options: Any) -> Timeline:
    options = {"fps": Fraction(25)} | options
    return make_timeline(np.arange(len(losses)) * 5, losses, Pacing(duration=seconds, **options))


def told_of(losses: Any, ending: str | None = "complete", epoch: int | None = None) -> Any:
    return events(np.arange(len(losses)) * 5, losses, ending, epoch)


def curves(indices: Sequence[int]) -> Iterable[Any]:
    return (X**3 * min(index / 300, 1.0) for index in indices)


def cues_of(losses: Any, line: Timeline | None = None, **options: Any) -> list[Cue]:
    given_options = {
        "predictions": curves, "reference": CUBE, "ending": "complete", "ending_epoch": None,
        "words": EN,
    } | options  # fmt: skip
    epochs = np.arange(len(losses)) * 5
    return list(cues(epochs, losses, timeline=line or line_of(losses), **given_options))


FALLING = np.geomspace(0.5, 0.002, 400)


def test_events_are_start_decades_and_end() -> None:
    told = told_of(FALLING)
    assert [event.kind for event in told] == ["start", "loss", "loss", "end"]
    assert [event.decade for event in told] == [None, -1, -2, None]
    for event in told[1:3]:
        assert event.decade is not None
        assert FALLING[event.index] < 10.0**event.decade <= FALLING[event.index - 1]
        assert event.epoch == 5 * event.index


def test_a_decade_is_told_once_and_of_several_the_lowest() -> None:
    told = told_of([5.0, 0.5, 20.0, 0.5, 0.0001, 2.0, 0.00005])
    assert [(event.index, event.decade) for event in told[1:-1]] == [(1, 0), (4, -3), (6, -4)]


def test_the_edge_of_a_decade() -> None:
    assert [event.decade for event in told_of([1.0, 0.1, np.nextafter(0.1, 0)])[1:-1]] == [0, -1]
    assert told_of([0.1, 0.1, 0.1])[1:-1] == []
    tiny = told_of([1e-300, 1e-310, 0.0, 5e-324])
    assert [event.decade for event in tiny[1:-1]] == [-309, -323]


@pytest.mark.parametrize("losses", [[math.nan], [math.inf, math.nan], [0.0, 0.0], [-1.0, -2.0]])
def test_losses_without_decades(losses: Any) -> None:
    assert [event.kind for event in told_of(losses)] == ["start", "end"]


def test_what_ends_a_run() -> None:
    assert told_of(FALLING, "delta", 1990)[-1].kind == "delta"
    diverged = told_of([1.0, 2.0, math.inf], "diverged", 13)[-1]
    assert (diverged.kind, diverged.epoch, diverged.index) == ("diverged", 13, 2)
    assert told_of(FALLING, None)[-1].kind == "end"


def test_chapters_fill_the_film() -> None:
    line = line_of(FALLING, hold_end=2)
    found = chapters(told_of(FALLING), line, EN)
    assert [chapter.title for chapter in found] == [
        "Start", "Loss under 0.1", "Loss under 0.01", "End",
    ]  # fmt: skip
    assert found[0].start == 0 and found[-1].end == 30
    assert all(one.end == two.start for one, two in pairwise(found))
    under = told_of(FALLING)[1].index
    frame = round(found[1].start * 25)
    assert line.indices[frame] >= under > line.indices[frame - 1]
    titles = [chapter.title for chapter in chapters(told_of(FALLING), line, translation_of("de"))]
    assert titles[1] == "Verlust unter 0,1"


def test_an_end_that_is_gone_at_once_has_no_chapter_but_delta_has() -> None:
    line = line_of(FALLING)
    assert chapters(told_of(FALLING), line, EN)[-1].title == "Loss under 0.01"
    last = chapters(told_of(FALLING, "delta", 1995), line, EN)[-1]
    assert last.title == "δ reached" and last.end - last.start == pytest.approx(0.04)
    assert b"title=\xce\xb4 reached" in ffmetadata("{}", [last])


def test_what_happens_in_one_frame_shares_a_chapter() -> None:
    losses = [0.5, 0.05, 0.005, 0.0005]
    found = chapters(told_of(losses), line_of(losses, 0.08), EN)
    assert [chapter.title for chapter in found] == ["Start", BETWEEN.join(["Loss under 0.001"])]
    (only,) = chapters(told_of(losses, "delta", 15), line_of(losses, 0.04), EN)
    assert only.title == "Start · Loss under 0.001 · δ reached"


def test_subtitles_tell_the_story() -> None:
    found = cues_of(FALLING, line_of(FALLING, hold_end=3))
    text = "\n".join(cue.text.replace("\n", " ") for cue in found)
    first, last = found[0].text.replace("\n", " "), found[-1]
    assert first == "The network begins to learn. The curve is flat, at 0."
    assert "the loss falls under 0.1." in text and "the loss falls under 0.01." in text
    assert "down from" in text and "Farthest from the truth: " in text
    assert last.end == 30 and "The end. Epoch 1995, loss 0.00200." in text
    assert "The curve rises from −1.00 to 1.00." in text


def test_the_distance_is_the_largest_and_where_it_is() -> None:
    def wrong(indices: Sequence[int]) -> Iterable[Any]:
        for _ in indices:
            curve = X**3
            curve[40] += 0.25
            yield curve

    text = "".join(cue.text.replace("\n", " ") for cue in cues_of(FALLING, predictions=wrong))
    assert f"Farthest from the truth: 0.250, at x = {EN.short(float(X[40]))}." in text
    data = Reference(X[::-2], np.zeros(25, np.float32), X)
    text = "".join(cue.text.replace("\n", " ") for cue in cues_of(FALLING, reference=data))
    assert re.search(r"Farthest from the data: [\d.]+, at x = 1\.00\.", text)


@pytest.mark.parametrize(
    ("curve", "said"),
    [
        (X * 0 + 0.3, "The curve is flat, at 0.300."),
        (X + 0.01 * np.sin(40 * X), "The curve rises from"),
        (-X, "The curve falls from 1.00 to −1.00."),
        (1 - X**2, "The curve rises to "),
        (X**2, "The curve falls to "),
        (np.sin(8 * X), "The curve turns 4 times."),
        (X * np.nan, "The curve has no finite values."),
    ],
)
def test_how_the_curve_looks(curve: Any, said: str) -> None:
    found = cues_of(FALLING, predictions=lambda indices: (curve for _ in indices))
    assert said in found[0].text.replace("\n", " ")
    # Reference in any order are the same curve.
    mixed = np.random.default_rng(0).permutation(len(X))
    reference = Reference(X[mixed], X[mixed], X[mixed])
    again = cues_of(
        FALLING, reference=reference, predictions=lambda all_: (curve[mixed] for _ in all_)
    )
    assert again[0].text == found[0].text


def test_a_hold_is_not_talked_over() -> None:
    found = cues_of(FALLING, line_of(FALLING, 60, hold_end=30))
    assert found[-1].end <= 30 + 3 * LONGEST and sum("The end" in cue.text for cue in found) == 1


def test_a_divergence_is_told() -> None:
    losses = [*FALLING[:100], 1e9, math.inf]
    found = cues_of(losses, ending="diverged", ending_epoch=506)
    assert "Epoch 506: the training diverges." in "".join(cue.text for cue in found)


def test_a_divergence_at_once_is_told() -> None:
    found = cues_of([0.3], ending="diverged", ending_epoch=4)
    assert "Epoch 4: the training diverges." in "".join(cue.text for cue in found)


def test_srt_and_vtt() -> None:
    told = [
        Cue(Fraction(0), Fraction(50, 30), "One <b> & two"),
        Cue(Fraction(50, 30), Fraction(3661), "a --> b\nc"),
    ]
    assert "".join(srt(told)) == (
        "1\n00:00:00,000 --> 00:00:01,667\nOne ‹b> & two\n\n"
        "2\n00:00:01,667 --> 01:01:01,000\na → b\nc\n\n"
    )
    assert "".join(vtt(told)) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.667\nOne &lt;b&gt; &amp; two\n\n"
        "00:00:01.667 --> 01:01:01.000\na --&gt; b\nc\n\n"
    )


def test_predictions_are_asked_for_once() -> None:
    asked: list[list[int]] = []

    def watched(indices: Sequence[int]) -> Iterable[Any]:
        asked.append(list(indices))
        return curves(indices)

    cues_of(FALLING, predictions=watched)
    assert len(asked) == 1 and asked[0] == sorted(asked[0])
    assert asked[0][0] == 0 and asked[0][-1] == 399 and len(asked[0]) < 12


def width(text: str) -> float:
    return sum(2.1 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


@pytest.mark.parametrize("language", languages())
def test_every_language_fits_and_starts_no_line_with_a_full_stop(language: str) -> None:
    losses = [*np.geomspace(9e11, 1e-11, 900), math.nan, math.inf]
    for reference in (CUBE, Reference(X, X, X)):
        for ending in ("complete", "delta", "diverged"):
            found = cues_of(
                losses, line_of(losses, 300), words=translation_of(language), reference=reference,
                ending=ending, ending_epoch=1234567,
            )  # fmt: skip
            for cue in found:
                for line in cue.text.split("\n"):
                    assert line == line.strip() and width(line) <= 42
                    assert line[0] not in "。，、：.,:)" and cue.text.count("\n") <= 1


@settings(deadline=None, max_examples=40)
@given(
    losses=st.lists(st.floats(width=32), min_size=1, max_size=80),
    fps=st.sampled_from([Fraction(1, 10), *map(Fraction, (1, 24, 25, 30, 50, 60, 240)),
                         Fraction(30000, 1001)]),
    seconds=st.none() | st.floats(0.05, 90),
    hold=st.floats(0, 20),
    pace=st.sampled_from(["even", "log", "loss"]),
    ending=st.sampled_from(["complete", "delta", "diverged", None]),
    language=st.sampled_from(languages()),
)  # fmt: skip
def test_any_film(
    losses: list[float],
    fps: Fraction,
    seconds: float | None,
    hold: float,
    pace: Any,
    ending: str | None,
    language: str,
) -> None:
    if seconds is not None:
        seconds = max(seconds, hold + 1, float(1 / fps))
    line = line_of(losses, seconds, fps=fps, hold_end=hold, pace=pace)
    words = translation_of(language)
    told = told_of(losses, ending, 7)
    assert [event.index for event in told] == sorted(event.index for event in told)
    parts = chapters(told, line, words)
    assert parts[0].start == 0 and parts[-1].end == float(line.seconds)
    assert all(one.end == two.start for one, two in pairwise(parts))
    assert all(part.start < part.end and part.title for part in parts)
    shown = [round(part.start * 1000) for part in parts]
    assert fps > 500 or len(set(shown)) == len(shown)

    found = cues_of(losses, line, ending=ending, ending_epoch=7, words=words)
    assert found and found[0].start == 0 and found[-1].end <= line.seconds
    for one, two in pairwise(found):
        assert one.end <= two.start
    frame = 1 / fps
    for cue in found:
        stays = cue.end - cue.start
        assert 0 < stays <= max(LONGEST, frame)
        assert stays >= min(Fraction(str(READ)), line.seconds) - frame
        assert (cue.start * fps).denominator == 1 and (cue.end * fps).denominator == 1
        assert cue.text.strip() == cue.text and 0 <= cue.text.count("\n") <= 1
        assert all(width(row) <= 42 for row in cue.text.split("\n"))
    text = "".join(srt(found))
    assert text.count("-->") == len(found) and "\n\n\n" not in text
    assert re.fullmatch(r"(\d+\n[\d:,]+ --> [\d:,]+\n.+\n(.+\n)?\n)+", text)
