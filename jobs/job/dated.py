"""`{date}` in the name of a job's data file: tonight's points."""

import json
import time
from dataclasses import replace

from fitreel.jobs.job.loading import Source

DATE = "{date}"


def with_date(source: Source, now: time.struct_time) -> Source:
    """The job with the day in place of `{date}` in `data.file`, as in the names of outputs."""
    data = source.values.get("data")
    file = data.get("file") if isinstance(data, dict) else None
    if not isinstance(file, str) or DATE not in file:
        return source
    values = json.loads(json.dumps(source.values, default=str))
    values["data"]["file"] = file.replace(DATE, time.strftime("%Y-%m-%d", now))
    return replace(source, values=values)
