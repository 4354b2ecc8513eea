"""Sentences of one run: true of every frame they stand under, and long enough to be read."""

import math
import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from support import forged_record
from support.program import train_here

from fitreel.model.record.reader import Record
from fitreel.render.captions.caption import NO_CAPTION
from fitreel.render.captions.caption_track import CaptionTrack
from fitreel.render.captions.phases.yardsticks import Yardsticks, yardsticks_of
from fitreel.render.captions.reading import HURRIED, SHORTEST, letters
from fitreel.render.captions.run_captions import run_captions, run_hold_seconds
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.text.loss_format import LossFormat
from fitreel.render.text.translations import languages, translation_of
from fitreel.render.timing.loss_path import losses_at
from fitreel.render.timing.pace_settings import Pacing
from fitreel.render.timing.timeline import Timeline, make_timeline

EN = translation_of()
LIGHT = PictureSettings(theme="light", panels=("loss",))


@pytest.fixture(scope="module")
def flat_run(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """Of whose record others are made."""
    return train_here(tmp_path_factory.mktemp("flat"), "train.epochs=10", "data.noise=0.3")


def with_losses(like: Record, folder: Path, losses: Sequence[float], **metadata: str) -> Record:
    """The same record with these losses, one every 5 epochs."""
    count = len(losses)

    def change(tensors: dict[str, Any], texts: dict[str, str]) -> None:
        for name, values in tensors.items():
            tensors[name] = np.resize(values[:1], (count, *values.shape[1:]))
        tensors["epoch"] = np.arange(count) * 5
        tensors["seconds"] = np.arange(count) / 100
        tensors["loss"] = np.asarray(losses, np.float32)
        texts.update(metadata)

    forged_record.write(folder, like, chunk=change)
    return Record(folder)


def film(run: Record, **pacing: Any) -> tuple[Timeline, CaptionTrack]:
    start, end = run_hold_seconds(run, LIGHT, EN)
    options = {"pace": "path", "interpolate": True, "hold_start": start, "hold_end": end} | pacing
    timeline = make_timeline(run.epochs, run.losses, Pacing(**options))
    return timeline, run_captions(run, LIGHT, timeline, EN)


def shown_losses(run: Record, timeline: Timeline) -> NDArray[np.float64]:
    between = losses_at(timeline.axis, run.epochs, run.losses, timeline.times)
    return np.where(timeline.blend == 0, run.losses[timeline.indices], between)


def is_true(text: str, loss: float, run: Record, sticks: Yardsticks, form: LossFormat) -> bool:
    """Whether what is claimed in English holds of the loss that is read beside it."""
    first, line, noise = float(run.losses[0]), sticks.line or math.inf, sticks.noise or 0.0
    claims = {
        "right height": loss > sticks.constant,
        "better than any flat line": loss < sticks.constant,
        "better than any straight line": loss < line,
        "as good as the best straight line": 0.8 * line < loss < 1.2 * line,
        "as good as the best flat line": 0.8 * sticks.constant < loss < 1.2 * sticks.constant,
        "As low as the noise in the data": loss <= 1.1 * noise,
        "by heart": loss < 0.7 * noise,
        "It learns.": loss < first,
        "not found it": loss > 0.5 * sticks.simple,
        "diverges": not loss <= first,
    }
    match = re.search(r"more than ([\d,]+|10[⁰¹²³⁴⁵⁶⁷⁸⁹]+) times", text)
    if match:
        power = match[1].removeprefix("10").translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
        is_power = any(sign in "⁰¹²³⁴⁵⁶⁷⁸⁹" for sign in match[1])
        factor = 10.0 ** int(power) if is_power else float(match[1].replace(",", ""))
        claims["times lower"] = form.shown(first) / form.shown(loss) > factor
    fitting = [holds for words, holds in claims.items() if words in text]
    return all(fitting) and (bool(fitting) or text.startswith(("Untrained", "Loss", "The loss")))


def check(run: Record, timeline: Timeline, track: CaptionTrack) -> None:
    sticks, form = yardsticks_of(run), LossFormat.of(run.losses, EN)
    assert sticks is not None
    losses = shown_losses(run, timeline)
    for frame, loss in enumerate(losses.tolist()):
        caption = track.at(frame)
        if caption.text and not caption.text.startswith("Diverged"):
            assert is_true(caption.text, loss, run, sticks, form), (frame, loss, caption.text)
        if caption.text.startswith("Untrained"):
            assert timeline.times[frame] == 0
    for _, alike in groupby(track.stretches, key=lambda each: each.phase or each.caption.text):
        stretches = list(alike)
        text = stretches[-1].caption.text
        seconds = (stretches[-1].stop - stretches[0].start) / timeline.fps
        if text and not text.startswith("Diverged"):
            assert seconds >= SHORTEST and letters(text) <= HURRIED * seconds + 1e-6
    assert [each.start for each in track.stretches[1:]] == [
        each.stop for each in track.stretches[:-1]
    ]


LOSSES = st.floats(1e-6, 10.0)


@settings(deadline=None, max_examples=25)
@given(data=st.data(), noisy=st.floats(0, 0.5), seed=st.integers(0, 99))
def test_any_loss_has_true_sentences(
    flat_run: Record, tmp_path_factory: pytest.TempPathFactory, data: Any, noisy: float, seed: int
) -> None:
    corners = data.draw(st.lists(LOSSES, min_size=2, max_size=6))
    at = np.linspace(0, len(corners) - 1, 90)
    path = np.interp(at, np.arange(len(corners)), np.log(corners))
    path += noisy * np.random.default_rng(seed).standard_normal(90)
    folder = tmp_path_factory.mktemp("forged") / "run"
    run = with_losses(flat_run, folder, np.exp(path).tolist())
    check(run, *film(run))
    check(run, *film(run, pace="even", hold_start=0.0, hold_end=0.0))


def test_the_demo_tells_its_story(demo_run: Record) -> None:
    timeline, track = film(demo_run)
    check(demo_run, timeline, track)
    texts = track.texts()
    assert texts[:4] == [
        "Untrained: a flat line. Loss: the mean of the squared gaps.",
        "First it has to find the right height.",
        "It tilts: better than any flat line.",
        "Waiting: about as good as the best straight line.",
    ]
    assert texts[4].startswith("It bends: better than any straight line, loss more than 5 times")
    assert re.fullmatch(r"Loss \d\d times lower\.", texts[-1])
    start, end = run_hold_seconds(demo_run, LIGHT, EN)
    assert 2.9 < start < 4.5 and end == pytest.approx(2.5)


def test_a_sentence_goes_before_the_next_comes(demo_run: Record) -> None:
    timeline, track = film(demo_run)
    assert track.at(0).opacity == track.at(len(timeline) - 1).opacity == 1.0
    for before, after in zip(track.stretches, track.stretches[1:], strict=False):
        frames = range(after.start - 4, after.start + 4)
        opacities = [track.at(frame).opacity for frame in frames]
        if before.phase and before.phase == after.phase:
            assert opacities == [1.0] * 8, "a number changes without a fade"
        else:
            assert opacities == pytest.approx([1, 2 / 3, 1 / 3, 0, 1 / 3, 2 / 3, 1, 1])
    assert track.at(len(timeline)) == NO_CAPTION


def test_what_is_seen_and_told_follows_the_picture(demo_run: Record) -> None:
    timeline, _ = film(demo_run)
    for picture, texts in [
        (PictureSettings(theme="light", captions="none"), []),
        (PictureSettings(theme="demo", title="A title"), []),
        (PictureSettings(theme="light", caption="All film"), ["All film"]),
        (
            PictureSettings(theme="light", captions=((0, "One"), (100, "Two"), (5000, "Never"))),
            ["One", "Two"],
        ),
        (PictureSettings(theme="light", captions=((50, "Late"),)), ["", "Late"]),
        (PictureSettings(theme="light", captions=()), []),
    ]:
        track = run_captions(demo_run, picture, timeline, EN)
        assert track.texts() == texts
        texts_now = [track.at(frame).text for frame in range(len(timeline))]
        if "Two" in texts:
            assert texts_now.index("Two") == int(np.searchsorted(timeline.times, 100))
            assert track.of_snapshot(19).text == "One" and track.of_snapshot(20).text == "Two"


def test_the_noise_is_told_of_only_beside_its_line(flat_run: Record, tmp_path: Path) -> None:
    sticks = yardsticks_of(flat_run)
    assert sticks is not None and sticks.noise is not None
    losses = np.geomspace(0.5, 0.01 * sticks.noise, 60).tolist()
    run = with_losses(flat_run, tmp_path / "run", losses)
    timeline, track = film(run)
    assert "Below the noise: it learns the points by heart." in track.texts()
    assert track.texts()[-1].endswith(": overfitted to the noise.")
    without = run_captions(run, PictureSettings(theme="light"), timeline, EN)
    assert not any("noise" in text for text in without.texts())


def test_endings_are_told(flat_run: Record, tmp_path: Path) -> None:
    falling = np.geomspace(0.5, 0.2, 30).tolist()
    delta = with_losses(flat_run, tmp_path / "delta", falling, ending="delta", ending_epoch="145")
    _, track = film(delta)
    assert track.texts()[-1] == "δ reached at epoch 145: loss 2.5 times lower."
    assert track.of_snapshot(29) == track.stretches[-1].caption
    rising = [*np.geomspace(0.5, 1e30, 29).tolist(), math.inf]
    lost = with_losses(flat_run, tmp_path / "lost", rising, ending="diverged", ending_epoch="144")
    for options in ({}, {"pace": "even", "hold_start": 0.0, "hold_end": 0.0}):
        timeline, track = film(lost, **options)
        last = track.at(len(timeline) - 1)
        assert last.is_warning and last.text == "Diverged from epoch 144 on."
    assert "The loss grows: it diverges." in film(lost)[1].texts()
    quiet = PictureSettings(theme="light", captions="none")
    assert run_captions(lost, quiet, timeline, EN).at(len(timeline) - 1).is_warning


@pytest.mark.parametrize(
    ("losses", "last"),
    [
        ([0.5, 0.49], "The loss has hardly changed."),
        ([0.5, 0.3], "Loss 40 % lower."),
        ([0.5, 0.012], "Loss 42 times lower."),
        ([0.5, 0.0], "The loss is zero."),
        ([0.5, 0.9], "The loss is higher than at the start."),
        ([5.0, 2e-9], "Loss 10⁹ times lower."),
        ([-1.0, -3.0], "The loss is lower than at the start."),
        ([math.nan, 0.5, 0.05], "Loss 10 times lower."),
        ([math.nan, math.nan], ""),
        ([0.5, math.nan], ""),
        ([0.5], "Untrained: a flat line. Loss: the mean of the squared gaps."),
    ],
)
def test_strange_losses(flat_run: Record, tmp_path: Path, losses: list[float], last: str) -> None:
    run = with_losses(flat_run, tmp_path / "run", losses)
    timeline = make_timeline(run.epochs, run.losses, Pacing(hold_start=4, hold_end=4))
    track = run_captions(run, PictureSettings(theme="light"), timeline, EN)
    assert track.at(len(timeline) - 1).text == last
    assert len(run_hold_seconds(run, LIGHT, EN)) == 2


@pytest.mark.parametrize("language", languages())
def test_every_language_says_all_of_it_in_a_line(language: str, demo_run: Record) -> None:
    words = translation_of(language)
    timeline, _ = film(demo_run)
    track = run_captions(demo_run, LIGHT, timeline, words)
    assert len(track.texts()) >= 6
    values = {
        "factor": "50",
        "percent": "40",
        "epoch": "4000",
        "shape": "",
        "ending": "",
        "count": "2",
        "change": "",
        "leader": "Adam",
        "other": "SGD",
        "first": "",
        "second": "",
        "runs": "4",
        "wrong": "24",
        "more": "31",
        "total": "200",
        "error": "11.57",
        "mean": "12.34",
        "best": "10.21",
    }
    for key in words.entries:
        if key.startswith("caption_"):
            assert letters(words.text(key, **values)) <= 84, key
    end = words.text("caption_end_noise", change=words.text("caption_lower_times", factor=66))
    assert letters(end) <= 50


def test_a_programs_record_is_told_what_is_known(tmp_path: Path) -> None:
    from fitreel import Recorder

    x = np.linspace(-1, 1, 20)
    with Recorder(tmp_path / "run", x=x, y=x**2) as recorder:
        for epoch in range(40):
            recorder.log(epoch, loss=None if epoch == 0 else 1 / epoch, prediction=0 * x)
    run = Record(tmp_path / "run")
    _, track = film(run, hold_start=2.0, hold_end=3.0)
    assert track.texts() == ["At the start: a flat line.", "", "Loss 38 times lower."]
    with Recorder(tmp_path / "numbers") as recorder:
        for epoch in range(40):
            recorder.log(epoch, loss=1 / (1 + epoch))
    _, track = film(Record(tmp_path / "numbers"), hold_end=3.0)
    assert track.texts()[-1] == "Loss 40 times lower."
