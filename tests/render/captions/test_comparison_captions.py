"""Sentences of a comparison: who leads and who waits, true by the numbers in each frame."""

import math
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.program import train_here

from fitreel.model.record.reader import Record
from fitreel.render.captions.classes.class_race import ClassRace
from fitreel.render.captions.comparison_captions import (
    Race,
    Racer,
    comparison_captions,
    comparison_hold_seconds,
)
from fitreel.render.captions.reading import HURRIED, SHORTEST, letters
from fitreel.render.text.loss_format import LossFormat
from fitreel.render.text.translations import languages, translation_of

EN = translation_of()
FPS = Fraction(20)
NAMES = ("Adam", "SGD", "RMSprop", "momentum")


@pytest.fixture(scope="module")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return train_here(tmp_path_factory.mktemp("tiny"), "train.epochs=10")


def race_of(run: Record, losses: Any, words: Any = EN, **options: Any) -> Race:
    rows = np.asarray(losses, np.float64)
    racers = [Racer(name, row, [run]) for name, row in zip(NAMES[: len(rows)], rows, strict=True)]
    return Race(racers, LossFormat.of(rows, words), **options)


def film_of(run: Record, losses: Any, words: Any = EN) -> tuple[Race, Any]:
    """With 3 s at the start and at the end."""
    moving = np.asarray(losses, np.float64)
    held = np.concatenate(
        [np.repeat(moving[:, :1], 60, 1), moving, np.repeat(moving[:, -1:], 60, 1)], 1
    )
    times = np.concatenate(
        [np.zeros(60), np.arange(moving.shape[1]), np.full(60, moving.shape[1] - 1)]
    )
    race = race_of(run, held, words)
    return race, comparison_captions(race, times, FPS)


def test_a_race_is_told(tiny_run: Record) -> None:
    # V is 0.165, M is 0.038.
    adam = [*np.geomspace(0.25, 0.02, 60), *np.geomspace(0.02, 0.01, 60)]
    sgd = [*np.geomspace(0.25, 0.1, 60), *np.geomspace(0.1, 0.015, 60)]
    race, track = film_of(tiny_run, [adam, sgd])
    assert [text for text in track.texts() if text] == [
        "Two runs, one start: a flat line.",
        "Neither is better than a straight line yet.",
        "Adam leads; SGD is no better than a straight line yet.",
        "Adam leads.",
        "Adam wins: loss 25 times lower than at the start.",
    ]
    assert track.at(0).text.startswith("Two runs") and track.at(239).text.startswith("Adam wins")
    start, end = comparison_hold_seconds(race)
    assert start == pytest.approx(33 / 20) and end == pytest.approx(49 / 20 + 0.5)


def test_the_others_are_counted(tiny_run: Record) -> None:
    fast = np.geomspace(0.25, 0.01, 160)
    slow = [np.geomspace(0.25, end, 160) for end in (0.15, 0.14, 0.13)]
    _, track = film_of(tiny_run, [fast, *slow])
    assert "Adam leads; three are no better than a straight line yet." in track.texts()


def test_who_diverged_is_said(tmp_path: Path, tiny_run: Record) -> None:
    wild = train_here(tmp_path, "train.lr=1000", "train.epochs=30", "train.snapshot_every=1")
    assert wild.ending == "diverged"
    rows = np.array(
        [np.geomspace(0.25, 0.02, 80), [*np.geomspace(0.25, 1e30, 40), *[math.inf] * 40]]
    )
    form = LossFormat.of(rows, EN)
    race = Race([Racer("slow", rows[0], [tiny_run]), Racer("lr 1000", rows[1], [wild])], form)
    track = comparison_captions(race, np.arange(80.0), FPS)
    assert "slow leads; lr 1000 has diverged." in track.texts()
    both = Race([Racer("a", rows[1], [wild]), Racer("b", rows[1], [wild])], form)
    last = comparison_captions(both, np.arange(80.0), FPS).at(79)
    assert last.text == "Both have diverged." and last.is_warning


def test_equal_losses_have_no_winner(tiny_run: Record) -> None:
    path = np.geomspace(0.25, 0.02, 60)
    _, track = film_of(tiny_run, [path, path])
    assert track.texts()[-1] == "Both end with the same loss."
    _, three = film_of(tiny_run, [path, path, path])
    assert three.texts()[-1] == "Three end with the same loss."
    _, two_of_three = film_of(tiny_run, [path, path, 2 * path])
    assert two_of_three.texts()[-1] == "Two end with the same loss."
    assert not any("leads" in text for text in track.texts())


def test_losses_of_different_kinds_are_not_compared(tmp_path: Path, tiny_run: Record) -> None:
    other = train_here(tmp_path, "train.epochs=10", 'train.loss="mae"')
    rows = np.array([np.geomspace(0.25, 0.02, 60), np.geomspace(0.4, 0.1, 60)])
    race = Race(
        [Racer("mse", rows[0], [tiny_run]), Racer("mae", rows[1], [other])],
        LossFormat.of(rows, EN),
    )
    texts = comparison_captions(race, np.arange(60.0), FPS).texts()
    assert not any("leads" in text or "wins" in text for text in texts)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.lists(st.floats(1e-3, 1.0), min_size=3, max_size=5), min_size=2, max_size=4),
    st.integers(0, 9),
)
def test_every_sentence_is_true(tiny_run: Record, corners: list[list[float]], seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = [
        np.exp(np.interp(np.linspace(0, 1, 120), np.linspace(0, 1, len(row)), np.log(row)))
        * np.exp(0.1 * random.standard_normal(120))
        for row in corners
    ]
    race, track = film_of(tiny_run, rows)
    sticks = race.sticks
    assert sticks is not None
    for frame in range(240):
        text, losses = track.at(frame).text, race.exact[:, frame]
        behind = losses > 0.9 * sticks.simple
        match = re.match(r"(\w+) leads", text)
        if match:
            leader = NAMES.index(match[1])
            assert (np.delete(race.shown[:, frame], leader) > race.shown[leader, frame]).all()
            other = re.search(r"; (\w+) (is|are) (no|hardly)", text)
            if other and other[2] == "is":
                assert np.flatnonzero(behind).tolist() == [NAMES.index(other[1])]
            elif other:
                assert behind.sum() == ["two", "three"].index(other[1]) + 2
            if other and other[3] == "no":
                assert (losses[behind] > sticks.simple).all()
        elif text.startswith(("None is better", "Neither is better")):
            assert (losses > sticks.simple).all()
        elif text.startswith(("None is much", "Neither is much")):
            assert behind.all()
    for stretch in track.stretches:
        seconds = (stretch.stop - stretch.start) / FPS
        text = stretch.caption.text
        assert not text or (seconds >= SHORTEST and letters(text) <= HURRIED * seconds + 1e-6)


@pytest.mark.parametrize("language", languages())
def test_in_every_language(language: str, tiny_run: Record) -> None:
    adam, sgd = np.geomspace(0.25, 0.01, 90), np.geomspace(0.25, 0.1, 90)
    _, track = film_of(tiny_run, [adam, sgd], translation_of(language))
    said = [text for text in track.texts() if text]
    assert len(said) == 4 and all("Adam" in text and letters(text) < 84 for text in said[2:])


def test_one_alone_wins_against_nobody(tiny_run: Record) -> None:
    rows = np.array([[1.0, 0.1, 0.05]])
    assert "wins" not in race_of(tiny_run, rows).end.text
    assert "20 times lower" in race_of(tiny_run, rows).end.text
    assert not race_of(tiny_run, np.ones((1, 3))).end.text
    total = len(tiny_run.y)
    race = ClassRace(["all"], [tiny_run], np.array([[9, 3]]), np.zeros((1, 2), bool), EN)
    assert race.end(["", "one"]) == f"3 of {total} stay on the wrong side."


def test_two_are_both(tiny_run: Record) -> None:
    total = len(tiny_run.y)

    def end(*counts: int) -> str:
        wrong, lost = np.array([[9, count] for count in counts]), np.zeros((len(counts), 2), bool)
        race = ClassRace(NAMES[: len(counts)], [tiny_run] * len(counts), wrong, lost, EN)
        return race.end(["", "one", "two", "three", "four"])

    assert end(0, 0) == f"Both end with all {total} points on their own side."
    assert end(0, 0, 0) == f"All end with all {total} points on their own side."
    assert end(3, 3) == f"Both end with 3 of {total} wrong."
    assert end(3, 3, 5) == f"two end with 3 of {total} wrong each."
