"""`fitreel schema`: what editors complete job files from."""

from fitreel.jobs.command_line.command import command
from fitreel.jobs.runtime.report import Report


@command("debug")
def schema(*, report: Report) -> None:
    """Print the job file's JSON schema, for editors."""
    from fitreel.jobs.job.schema import job_schema

    report.say(job_schema())
