"""What goes to a worker and comes back, as lines of JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.job.loading import Source
from fitreel.jobs.job.resolve import ResolvedJob
from fitreel.jobs.job.sweep import Configuration, resolve_configuration
from fitreel.jobs.runtime.locks import Patience
from fitreel.jobs.train.workers import TrainRequest
from fitreel.model.errors import code_and_reason


def encode_request(request: TrainRequest, options: Options) -> str:
    """The line that asks for configurations to be trained at once, or only to be checked."""
    return json.dumps(
        {
            "configurations": list(request.configurations),
            "runs": options.runs,
            "force": options.force,
            "check": request.only_check,
        },
        default=str,
    )


def decode_request(line: str, wait: Patience) -> tuple[list[dict[str, Any]], Options, bool]:
    """The configurations, each for `decode`, the options, and whether they are only checked."""
    request = json.loads(line)
    options = Options(runs=Path(request["runs"]), force=request["force"], wait=wait)
    return request["configurations"], options, request["check"]


def encode(configuration: Configuration) -> dict[str, Any]:
    """A configuration, for `decode`."""
    loaded = configuration.resolved_job.loaded
    return {
        "source": asdict(loaded.source),
        "assignments": configuration.assignments,
        "overridden": sorted(loaded.overridden),
    }


def decode(values: dict[str, Any]) -> ResolvedJob:
    """The job of a configuration.

    Raises:
        BadInput: a file that it names has changed since.
    """
    source = Source(**(values["source"] | {"folder": Path(values["source"]["folder"])}))
    assignments = values["assignments"]
    own = [text for text in assignments if text.partition("=")[0] not in values["overridden"]]
    return resolve_configuration(source, [text for text in assignments if text not in own], own)


def encode_failures(failures: Mapping[int, Exception]) -> dict[str, Any]:
    """The message at the end of a request: [place, exit code, reason] of each that failed."""
    return {"failures": [[k, *code_and_reason(error)] for k, error in failures.items()]}
