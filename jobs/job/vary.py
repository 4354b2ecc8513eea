"""`--vary KEY=V1,V2,…`: the values that a comparison has of a key."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fitreel.jobs.job.loading import Source, check_utf8, parse_value
from fitreel.jobs.job.sweep import MOST
from fitreel.model.errors import BadInput
from fitreel.model.settings import LOSSES, whole_number

PATHS = ("data.file", "network.module", "train.loss")
_NUMBER = r"[-+]?\d[-+.\deE_]{0,30}?"
_RANGE = re.compile(rf"({_NUMBER})\.\.({_NUMBER})")
"""Two numbers; what has no number at its ends, such as ../points.csv, is a value."""


def parse_vary(text: str) -> tuple[str, tuple[Any, ...]]:
    """`KEY=V1,V2,…` split at the commas that are in no brackets or quotes; 0..15 are 16 values.

    Raises:
        BadInput: it has no = or no value, or a range that is none.
    """
    check_utf8("--vary", text)
    key, equals, values = text.partition("=")
    parts = [part.strip() for part in _split(values)]
    if not equals or not key.strip() or not all(parts):
        raise BadInput(f"--vary {text!r}: KEY=V1,V2,… is needed, such as train.lr=0.01,0.1")
    try:
        return key.strip(), tuple(value for part in parts for value in _values_of(part))
    except BadInput as error:
        raise BadInput(f"--vary {key.strip()}: {error}") from None


def _values_of(text: str) -> Iterable[Any]:
    """The value of `text`, or of a range all whole numbers from the first to the last.

    Raises:
        BadInput: its ends aren't whole numbers, or it is empty or too long.
    """
    ends = _RANGE.fullmatch(text)
    if ends is None:
        return [parse_value(text)]
    first, last = (whole_number(parse_value(end)) for end in ends.groups())
    if not (isinstance(first, int) and isinstance(last, int)):
        raise BadInput(f"{text}: a range has whole numbers at its ends, such as 0..15")
    if not first <= last:
        raise BadInput(f"{text}: a range goes up, from the lower number to the higher")
    if last - first >= MOST:
        raise BadInput(f"{text}: a comparison has up to {MOST} panels")
    return range(first, last + 1)


def _split(text: str) -> Iterator[str]:
    depth, quote, start = 0, "", 0
    for at, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "[{(":
            depth += 1
        elif character in ")}]":
            depth -= 1
        elif character == "," and depth == 0:
            yield text[start:at]
            start = at + 1
    yield text[start:]


def with_vary(source: Source, texts: Sequence[str]) -> Source:
    """The job with `--vary KEY=V1,V2` in its [compare] table.

    Raises:
        BadInput: one of them can't be read, or a key has two.
    """
    if not texts:
        return source
    values = json.loads(json.dumps(source.values, default=str))
    compare = values.setdefault("compare", {})
    vary = compare.setdefault("vary", {}) if isinstance(compare, dict) else None
    if not isinstance(vary, dict):
        raise BadInput(f"{source.label}: compare.vary: must be a table of lists")
    keys = set[str]()
    for text in texts:
        key, parsed = parse_vary(text)
        if key in keys:
            raise BadInput(f"--vary {key}: given twice; give all its values in one, at commas")
        keys.add(key)
        if key in PATHS:  # on the command line, so it starts here, not at the job file
            parsed = tuple(
                value if value in LOSSES else str(Path(str(value)).absolute()) for value in parsed
            )
        vary[key] = list(parsed)
    return replace(source, values=values)
