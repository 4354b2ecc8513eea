"""What a film says of the pictures in it, by which it is known whether it is up to date.

All of it comes from the dataclasses that the drawing takes, so that nothing which changes a picture
can be forgotten here.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from fitreel.render.comparison_picture import ComparisonPicture
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.timing.pace_settings import Pacing

PICTURE_VERSION = 4
"""Raised when a version of fitreel draws other pictures than the one before: all films are then
made again. `tests/test_picture_version.py` fails when pictures change and this doesn't."""

PATH_SINCE = 3
"""The version from which on a theme has the pace "path" where a job says nothing of pace."""


def run_facts(picture: PictureSettings, files: Mapping[str, str]) -> dict[str, Any]:
    """What decides the pictures of one run.

    Args:
        picture: as the job says it, files by their names.
        files: what stands for the content of files that it names.
    """
    facts = {**_version_and_size(picture), "truth": picture.truth}
    return facts | _changes(picture, {"pixels", "truth"}) | dict(files)


def comparison_facts(comparison: ComparisonPicture, files: Mapping[str, str]) -> dict[str, Any]:
    """What decides the pictures of a comparison, but for its runs; as `run_facts`."""
    facts = {
        **_version_and_size(comparison.picture),
        "layout": comparison.layout,
        "clock": comparison.clock,
        "loss_panel": comparison.loss_panel,
        "note": comparison.note,
        "labels": [entry.label for entry in comparison.entries],
    }
    if comparison.view not in ("fit", "numbers"):
        facts["view"] = comparison.view
    if comparison.ranking:
        facts["ranking"] = True
    if any(entry.group for entry in comparison.entries):
        facts["groups"] = [entry.group for entry in comparison.entries]
    return facts | _changes(comparison.picture, {"pixels", "truth"}) | dict(files)


def pacing_facts(pacing: Pacing, count: int | None = None) -> dict[str, Any]:
    """What decides which picture is shown when; of one run with the `count` of frames."""
    facts = {"fps": pacing.fps} if count is None else {"fps": pacing.fps, "count": count}
    return facts | dict(sorted(_changes(pacing, {"fps"}).items()))


def _version_and_size(picture: PictureSettings) -> dict[str, Any]:
    return {"frames": PICTURE_VERSION, "size": list(picture.pixels)}


def _changes(settings: PictureSettings | Pacing, without: set[str]) -> dict[str, Any]:
    """What of `settings` isn't the default, as JSON has it."""
    plain = type(settings)()
    return {
        field.name: _as_json(value)
        for field in fields(settings)
        if field.name not in without
        and (value := getattr(settings, field.name)) != getattr(plain, field.name)
    }


def _as_json(value: Any) -> Any:
    return [_as_json(each) for each in value] if isinstance(value, tuple) else value
