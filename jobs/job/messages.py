"""What is wrong in a job file, in one line: table, key, value, what would be right."""

from typing import Any

from pydantic import ValidationError

from fitreel.jobs.job.job import TABLES, Job
from fitreel.jobs.job.unknown_keys import all_parts, shortened_value, unknown_key
from fitreel.model.settings import descriptions


def explain(error: ValidationError) -> str:
    """The first thing that is wrong, in one line: table, key, value, what would be right."""
    problems = error.errors(include_url=False)
    # A value with several allowed kinds fails once for each; an unknown key says the most.
    problem = next((p for p in problems if p["type"] == "extra_forbidden"), problems[0])
    # A list whose first entry is wrong is too short, too, as pydantic counts.
    same = [
        p
        for p in problems
        if p["loc"][:2] == problem["loc"][:2] and (p is problem or p["type"] != "too_short")
    ]
    location = [str(part) for part in problem["loc"]]
    if problem["type"] == "extra_forbidden":
        return unknown_key([part for part in location if not part.isdigit()])
    # Of "str | tuple" the kind that failed stands in the location; it isn't part of the key.
    key = ".".join(part for part in location if part in all_parts() or part.isdigit())
    advice = " or ".join(dict.fromkeys(_advice(p) for p in same))
    if problem["type"] == "value_error" and not isinstance(problem["input"], str | int | float):
        return f"{key}: {advice}" if key else advice
    return f"{key} = {shortened_value(problem['input'])}: {advice}"


def _advice(problem: Any) -> str:
    """What would be right, in a job file's own words."""
    kind = problem["type"]
    if kind in IN_OUR_WORDS:
        return IN_OUR_WORDS[kind]
    if kind == "string_pattern_mismatch":
        return f"must be {_description(problem['loc'])}"
    text = str(problem["msg"]).removeprefix("Value error, ")
    if kind == "value_error":
        return text
    text = text.replace("Input should be", "must be")
    return text[0].lower() + text[1:]


IN_OUR_WORDS = {
    "string_type": "must be a text, in quotes",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "dict_type": "must be a table such as { name = value }",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "missing": "one more value is needed",
    "too_long": "has too many values",
    "too_short": "has too few values",
}
"""What pydantic says in the words of JSON and Python."""


def _description(location: tuple[str | int, ...]) -> str:
    table, key = str(location[0]), str(location[-1])
    return " ".join(descriptions(TABLES.get(table, Job)).get(key, "").split()).rstrip(".")
