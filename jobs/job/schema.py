"""The schema of job files, that editors complete from."""

import json

from fitreel.jobs.job.job import TABLES, Job
from fitreel.jobs.job.unknown_keys import INNER
from fitreel.model.settings import descriptions


def job_schema() -> str:
    """The job file's JSON schema, for editors."""
    schema = Job.model_json_schema()
    kinds = [*TABLES.values(), *INNER.values()]
    tables = [(schema, Job), *((schema["$defs"][kind.__name__], kind) for kind in kinds)]
    for table, kind in tables:
        for key, text in descriptions(kind).items():
            table["properties"][key]["description"] = text
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "fitreel job"
    return json.dumps(schema, indent=2)
