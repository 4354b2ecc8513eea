"""Every option that more than one command has, as Typer takes it, in the order of the help."""

from pathlib import Path
from typing import Annotated

import typer

from fitreel.jobs.runtime.log import LogFormat


class Parameters:
    """A command names those that it has."""

    vary: Annotated[
        list[str] | None,
        typer.Option(
            "--vary",
            metavar="KEY=V1,V2,…",
            help="Values to compare, such as 1,2 or 0..15; of several keys, every combination.",
        ),
    ] = None
    outputs: Annotated[
        list[str] | None,
        typer.Option(
            "-o",
            metavar="OUT",
            help="What to make; any number of times. The ending picks the format: "
            ".mp4, .gif, .webm, .png (a still), .html (a page), or a slash, folder/, for one PNG "
            "a frame.",
        ),
    ] = None
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Over the job, such as train.lr=0.1; any number, of one KEY the last.",
        ),
    ] = None
    unset: Annotated[
        list[str] | None,
        typer.Option(
            "--unset",
            metavar="KEY",
            help="As if the job didn't say it, such as train.delta; any number.",
        ),
    ] = None
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", help="The same as seed=N.")] = (
        None
    )
    at: Annotated[
        int | None,
        typer.Option(
            "--at", metavar="EPOCH", help="The epoch of a .png; default: the last snapshot."
        ),
    ] = None
    takes_nearest: Annotated[
        bool,
        typer.Option("--nearest", help="Where that epoch has no snapshot, take the nearest."),
    ] = False
    sheet: Annotated[
        str | None,
        typer.Option("--sheet", metavar="3x4", help="Pictures on a .pdf, .svg or .png page."),
    ] = None
    workers: Annotated[
        int | None,
        typer.Option("--workers", metavar="N", min=1, help="Trainings at once; default: by cores."),
    ] = None
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            metavar="ADDRESS",
            envvar="FITREEL_CLUSTER",
            help="Train on a Dask cluster: tcp://…, tls://…, slurm, pbs, lsf, sge or htcondor.",
        ),
    ] = None
    tables: Annotated[
        list[Path] | None,
        typer.Option(
            "--table", metavar="OUT", help="Write a comparison's ranking: .csv, .md, .json."
        ),
    ] = None
    runs: Annotated[
        Path,
        typer.Option(
            "--runs", metavar="DIR", envvar="FITREEL_RUNS", help="Where records are kept."
        ),
    ] = Path("runs")
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Make it again, up to date or not, and replace what is there."
        ),
    ] = False
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait for another process that makes the same thing.")
    ] = False
    wait_limit: Annotated[
        float | None,
        typer.Option(
            "--wait-limit",
            metavar="SECONDS",
            min=0,
            help="Wait for others so long at most in all, then end with 75; implies --wait.",
        ),
    ] = None
    fails_diverged: Annotated[
        bool,
        typer.Option(
            "--fail-diverged", help="End with 65 if a training diverged, once all is made."
        ),
    ] = False
    log: Annotated[
        Path | None,
        typer.Option("--log", metavar="FILE", help="Append all that is said, also with -q."),
    ] = None
    log_format: Annotated[
        LogFormat, typer.Option("--log-format", help="Lines for people, or JSON objects.")
    ] = "text"
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Nothing but errors.")] = False
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False


STILLS = ("at", "takes_nearest", "sheet")
"""Which pictures stills and pages are of."""
REPORTING = ("log", "log_format", "quiet", "debug")
"""What decides where a command says what it does; the rest is `Options`."""
TRAINING = (
    "assignments",
    "unset",
    "seed",
    "runs",
    "force",
    "wait",
    "wait_limit",
    "fails_diverged",
    *REPORTING,
)
"""What all commands have that train or draw."""
