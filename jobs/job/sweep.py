"""The configurations of a comparison: products of values, panels picked by hand, labels."""

import itertools
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.job.job import Job
from fitreel.jobs.job.loading import (
    LoadedJob,
    Source,
    is_within,
    load_job,
    toml_text,
)
from fitreel.jobs.job.resolve import ResolvedJob, resolve_job
from fitreel.model.errors import BadInput
from fitreel.model.suggestions import nearest

MOST = 100_000
"""Configurations in one sweep; what a picture shows is its own matter."""
MOST_PROBLEMS = 4


@dataclass(frozen=True)
class Configuration:
    """One configuration."""

    label: str
    """Says only what differs."""
    assignments: tuple[str, ...]
    """KEY=VALUE over the job."""
    resolved_job: ResolvedJob
    group: str = ""
    """What is the same in its group; "" where there are no groups."""


def configurations_of(loaded: LoadedJob, options: Options) -> list[Configuration]:
    """All configurations of a job's [compare] table, each checked and resolved.

    Args:
        loaded: the job, with the command line's settings over it.
        options: of the command, with those settings.

    Raises:
        BadInput: there are none or too many, a key doesn't exist, a value makes an invalid job, or
            two have the same settings; all that is wrong is named before anything is trained.
    """
    compare = loaded.job.compare
    combinations = _combinations(compare.vary, compare.panel, loaded.source.label)
    groups = _groups(combinations, compare.group_keys, loaded.source.label)
    labels = _labels(combinations)
    # A single run doesn't know of the others.
    source = replace(
        loaded.source,
        values={key: v for key, v in loaded.source.values.items() if key != "compare"},
    )
    plain = tuple(text for text in options.assignments if not text.startswith("compare."))
    if options.seed is not None:
        plain = (*plain, f"seed={options.seed}")
    _refuse_lost(plain, combinations, loaded.source.label)
    configurations: list[Configuration] = []
    problems: dict[str, str] = {}
    for label, group, combination in zip(labels, groups, combinations, strict=True):
        own = tuple(f"{key}={toml_text(value)}" for key, value in combination.items())
        try:
            resolved_job = resolve_configuration(source, plain, own)
            configurations.append(Configuration(label, (*plain, *own), resolved_job, group))
        except BadInput as error:
            problems.setdefault(str(error).removeprefix(f"{loaded.source.label}: "), label)
    if problems:
        lines = [f"{label}: {problem}" for problem, label in problems.items()]
        more = len(lines) - MOST_PROBLEMS
        first = "; ".join(lines[:MOST_PROBLEMS]) + (f"; and {more} more" if more > 0 else "")
        raise BadInput(f"{loaded.source.label}: {first}")
    _refuse_same(configurations, loaded.source.label)
    return configurations


def _refuse_lost(
    assignments: Sequence[str], combinations: Sequence[Mapping[str, Any]], label: str
) -> None:
    """Refuse what the command line says and no panel would show.

    Raises:
        BadInput: a key of it has another value in every panel.
    """
    for assignment in assignments:
        key = assignment.partition("=")[0].strip()
        if all(key in combination for combination in combinations):
            raise BadInput(
                f"{label}: {assignment}: the comparison gives {key} values of its own in every "
                "panel; leave it out of one of them"
            )


def resolve_configuration(
    source: Source, assignments: Sequence[str], own: Sequence[str]
) -> ResolvedJob:
    """One configuration; paths in its own settings start where the job's do."""
    loaded = load_job(source, (*assignments, *own))
    own_keys = [text.partition("=")[0] for text in own]
    overridden = frozenset(
        key
        for key in loaded.overridden
        if not any(is_within(key, other) or is_within(other, key) for other in own_keys)
    )
    return resolve_job(replace(loaded, overridden=overridden))


def _combinations(
    vary: Mapping[str, Sequence[Any]], panels: Sequence[Mapping[str, Any]], label: str
) -> list[dict[str, Any]]:
    for key, values in vary.items():
        if not values:
            raise BadInput(f"{label}: compare.vary {key}: at least one value is needed")
        _refuse_key(key, label)
    count = max(1, len(panels))
    for values in vary.values():
        count *= len(values)
    if count > MOST:
        raise BadInput(f"{label}: {count} panels; a comparison has up to {MOST}")
    products = [
        dict(zip(vary, values, strict=True)) for values in itertools.product(*vary.values())
    ]
    picked = [_flat(panel) for panel in panels] or [{}]
    for panel in picked:
        for key in panel:
            if key != "label":
                _refuse_key(key, label)
    return [panel | product for panel in picked for product in products]


def _refuse_key(key: str, label: str) -> None:
    table = key.partition(".")[0]
    if table in ("film", "compare", "name"):
        raise BadInput(f"{label}: compare: {key} can't differ between panels of one clip")


def _flat(values: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Nested tables as dotted keys; tables below those of a job are values."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict) and not before and key in Job.model_fields:
            flat |= _flat(value, f"{key}.")
        else:
            flat[before + key] = value
    return flat


def _labels(combinations: list[dict[str, Any]]) -> list[str]:
    """A label each, from a panel's own and what differs; takes "label" out of each."""
    keys = list(dict.fromkeys(key for c in combinations for key in c if key != "label"))
    differing = [
        key for key in keys if len({json.dumps(c.get(key)) for c in combinations}) > 1
    ] or keys
    labels = []
    for combination in combinations:
        own = combination.pop("label", None)
        values = {key: combination[key] for key in differing if key in combination}
        labels.append(str(own) if own is not None else label_of(values) or "as it is")
    return _distinct(labels, combinations, differing)


def _groups(
    combinations: Sequence[Mapping[str, Any]], keys: Sequence[str], label: str
) -> list[str]:
    """What each has in common with its group, in which `keys` vary; "" where there are none."""
    varied = list(dict.fromkeys(key for c in combinations for key in c if key != "label"))
    for key in keys:
        if key not in varied:
            raise BadInput(
                f"{label}: compare.group: {key!r} doesn't differ between the panels"
                f"{nearest(key, varied)}; what differs: {', '.join(varied)}"
            )
    if not keys:
        return [""] * len(combinations)
    return _labels([{k: v for k, v in c.items() if k not in keys} for c in combinations])


def _distinct(
    labels: list[str], combinations: list[dict[str, Any]], differing: Sequence[str]
) -> list[str]:
    """Where one label stands for several panels, what differs among them is added."""
    for label in [label for label, count in Counter(labels).items() if count > 1]:
        same = [i for i, other in enumerate(labels) if other == label]
        keys = [
            key
            for key in differing
            if len({json.dumps(combinations[i].get(key)) for i in same}) > 1
        ]
        for i in same:
            more = label_of({k: combinations[i][k] for k in keys if k in combinations[i]})
            labels[i] = ", ".join(filter(None, (label, more)))
    return labels


def label_of(values: Mapping[str, Any]) -> str:
    """'lr 0.05, Adam': a name says itself, a number is told by the last part of its key."""
    last_parts = [key.rpartition(".")[2] for key in values]
    parts = []
    for key, value in values.items():
        last = key.rpartition(".")[2]
        name = key if last_parts.count(last) > 1 else last
        text = value_text(value)
        if not text and not isinstance(value, str):  # no arguments are nothing to say
            continue
        parts.append(text if isinstance(value, str) else f"{name.replace('_', ' ')} {text}")
    return ", ".join(parts)


def value_text(value: Any) -> str:
    """A value as a title says it."""
    if isinstance(value, str):
        return Path(value).name if value.startswith("/") else value
    if isinstance(value, list | tuple):
        return "-".join(value_text(item) for item in value) or "none"
    if isinstance(value, dict):
        rest = [f"{key} {value_text(item)}" for key, item in value.items() if key != "name"]
        return " ".join(filter(None, (str(value.get("name", "")), *rest)))
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _refuse_same(configurations: Sequence[Configuration], label: str) -> None:
    by_print: dict[str, Configuration] = {}
    for configuration in configurations:
        other = by_print.setdefault(configuration.resolved_job.fingerprint, configuration)
        if other is not configuration:
            raise BadInput(
                f"{label}: two panels have the same settings: "
                f"{other.label!r} and {configuration.label!r}"
            )
