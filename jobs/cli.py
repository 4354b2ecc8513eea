"""The command line: what each command takes. What it does is imported when it is called."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fitreel.jobs.runtime import signals
from fitreel.jobs.runtime.log import Log, LogFormat
from fitreel.jobs.runtime.report import Report
from fitreel.model.errors import BadInput, CannotWrite, FitreelError, gravest
from fitreel.model.system.processes import import_numpy
from fitreel.render.pipeline.draw_worker import DrawWorker

if TYPE_CHECKING:
    from fitreel.jobs.runtime.locks import Patience

app = typer.Typer(
    name="fitreel",
    help="Films of a neural network learning a function, made without a display.",
    epilog="Exit codes: 0 done, 1 a bug, 2 usage, 65 bad input, 69 not available here, "
    "74 cannot write, 75 busy, 129/130/143 stopped by a signal.",
    no_args_is_help=True,
    # Pretty tracebacks print local variables, also into cron mail.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Outputs = Annotated[
    list[str] | None,
    typer.Option(
        "-o",
        metavar="OUT",
        help="What to make; any number of times. The ending picks the format: "
        ".mp4, .gif, .webm, .png (a still), or a folder for one PNG a frame.",
    ),
]
Assignments = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Over the job, such as train.lr=0.1; any number."
    ),
]
SeedOption = Annotated[int | None, typer.Option("--seed", metavar="N", help="The same as seed=N.")]
RunsOption = Annotated[
    Path,
    typer.Option("--runs", metavar="DIR", envvar="FITREEL_RUNS", help="Where records are kept."),
]
ForceOption = Annotated[
    bool,
    typer.Option("--force", help="Make it again, up to date or not, and replace what is there."),
]
QuietOption = Annotated[bool, typer.Option("-q", "--quiet", help="Nothing but errors.")]
DebugOption = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]
AtOption = Annotated[
    int | None,
    typer.Option("--at", metavar="EPOCH", help="The epoch of a .png; default: the last snapshot."),
]
WorkersOption = Annotated[
    int | None,
    typer.Option("--workers", metavar="N", min=1, help="Trainings at once; default: by cores."),
]
TablesOption = Annotated[
    list[Path] | None,
    typer.Option("--table", metavar="OUT", help="Write a comparison's ranking: .csv, .md, .json."),
]
SheetOption = Annotated[
    str | None,
    typer.Option("--sheet", metavar="3x4", help="Pictures on a .pdf, .svg or .png page."),
]
WaitOption = Annotated[
    bool, typer.Option("--wait", help="Wait for another process that makes the same thing.")
]
WaitLimitOption = Annotated[
    float | None,
    typer.Option(
        "--wait-limit",
        metavar="SECONDS",
        min=0,
        help="Wait for others so long at most in all, then end with 75; implies --wait.",
    ),
]
LogOption = Annotated[
    Path | None,
    typer.Option("--log", metavar="FILE", help="Append all that is said, also with -q."),
]
LogFormatOption = Annotated[
    LogFormat, typer.Option("--log-format", help="Lines for people, or JSON objects.")
]
RUNS = Path("runs")


@app.command()
def run(
    context: typer.Context,
    jobs: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[JOB.toml … | FILM]", help="Job files, or films; none: the demo."),
    ] = None,
    outputs: Outputs = None,
    assignments: Assignments = None,
    seed: SeedOption = None,
    at: AtOption = None,
    sheet: SheetOption = None,
    workers: WorkersOption = None,
    tables: TablesOption = None,
    runs: RunsOption = RUNS,
    force: ForceOption = False,
    wait: WaitOption = False,
    wait_limit: WaitLimitOption = None,
    log: LogOption = None,
    log_format: LogFormatOption = "text",
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Train, record and film; without a job: the demo; with a film: its own job again."""

    def work(report: Report) -> None:
        from fitreel.jobs.commands.run import Request, check_outputs, make, read_all
        from fitreel.jobs.films.plan import Options
        from fitreel.jobs.films.sidecar_files import sheet_of

        options = Options(
            outputs=tuple(outputs or ()),
            assignments=tuple(assignments or ()),
            seed=seed,
            at=at,
            sheet=sheet_of(sheet),
            workers=workers,
            tables=tuple(tables or ()),
            runs=runs,
            force=force,
            wait=patience(wait, wait_limit),
        )
        check_outputs(jobs or [], options)

        def one(job: Request | Exception) -> None:
            # Read before any is trained, yet one that can't be read fails in its turn.
            if isinstance(job, Exception):
                raise job
            make(job, options, report, draw_worker)

        each(report, debug, [partial(one, job) for job in read_all(jobs or [None], options)])

    draw_worker: DrawWorker | None = context.obj
    guarded(work, quiet, debug, log, log_format)


@app.command()
def train(
    job: Annotated[
        Path | None, typer.Argument(metavar="[JOB.toml]", help="A job file; none: the demo.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--run", "-o", metavar="DIR", help="The run folder, instead of its own."),
    ] = None,
    assignments: Assignments = None,
    seed: SeedOption = None,
    runs: RunsOption = RUNS,
    force: ForceOption = False,
    wait: WaitOption = False,
    wait_limit: WaitLimitOption = None,
    log: LogOption = None,
    log_format: LogFormatOption = "text",
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Train, and leave only the record."""

    def work(report: Report) -> None:
        import_numpy()
        from fitreel.jobs.job.loading import DEMO, load_job, read_job_file
        from fitreel.jobs.job.resolve import prepare
        from fitreel.jobs.train.ensure_trained import RunStore, record

        source = DEMO if job is None else read_job_file(job)
        prepared = prepare(load_job(source, assignments or (), seed))
        record(
            prepared, RunStore(runs, folder), report, force=force, wait=patience(wait, wait_limit)
        )

    guarded(work, quiet, debug, log, log_format)


@app.command()
def render(
    context: typer.Context,
    folders: Annotated[
        list[Path], typer.Argument(metavar="RUN [RUN …]", help="Record folders, wherever they lie.")
    ],
    outputs: Outputs = None,
    assignments: Assignments = None,
    seed: SeedOption = None,
    at: AtOption = None,
    sheet: SheetOption = None,
    tables: TablesOption = None,
    runs: RunsOption = RUNS,
    force: ForceOption = False,
    wait: WaitOption = False,
    wait_limit: WaitLimitOption = None,
    log: LogOption = None,
    log_format: LogFormatOption = "text",
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Draw the film of a record, without training; of several records, their comparison."""

    def work(report: Report) -> None:
        from fitreel.jobs.commands.render import render as draw
        from fitreel.jobs.films.plan import Options
        from fitreel.jobs.films.sidecar_files import sheet_of

        options = Options(
            outputs=tuple(outputs or ()),
            assignments=tuple(assignments or ()),
            seed=seed,
            at=at,
            sheet=sheet_of(sheet),
            tables=tuple(tables or ()),
            runs=runs,
            force=force,
            wait=patience(wait, wait_limit),
        )
        draw(folders, options, report, draw_worker)

    draw_worker: DrawWorker | None = context.obj
    guarded(work, quiet, debug, log, log_format)


@app.command()
def compare(
    job: Annotated[
        Path | None, typer.Argument(metavar="[JOB.toml]", help="A job file; none: the demo.")
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            "--vary",
            metavar="KEY=V1,V2,…",
            help="Values to compare; of several keys, every combination.",
        ),
    ] = None,
    outputs: Outputs = None,
    assignments: Assignments = None,
    seed: SeedOption = None,
    at: AtOption = None,
    workers: WorkersOption = None,
    tables: TablesOption = None,
    runs: RunsOption = RUNS,
    force: ForceOption = False,
    wait: WaitOption = False,
    wait_limit: WaitLimitOption = None,
    log: LogOption = None,
    log_format: LogFormatOption = "text",
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Train several configurations and put them side by side on one clock."""

    def work(report: Report) -> None:
        import_numpy()
        from fitreel.jobs.commands.run import compared, make
        from fitreel.jobs.films.plan import Options

        options = Options(
            outputs=tuple(outputs or ()),
            assignments=tuple(assignments or ()),
            seed=seed,
            at=at,
            vary=tuple(vary or ()),
            workers=workers,
            tables=tuple(tables or ()),
            runs=runs,
            force=force,
            wait=patience(wait, wait_limit),
        )
        make(compared(job, options), options, report)

    guarded(work, quiet, debug, log, log_format)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")],
    outputs: Annotated[
        list[Path], typer.Option("-o", metavar="OUT", help="A file ending in .npz or .csv.")
    ],
    runs: RunsOption = RUNS,
    force: ForceOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Write x, y, epoch, loss and prediction of a record as numbers."""

    def work(report: Report) -> None:
        from fitreel.jobs.commands.export import export_run

        export_run(folder, outputs, runs, report, force=force)

    guarded(work, quiet, debug)


@app.command()
def info(
    path: Annotated[Path, typer.Argument(metavar="RUN|FILM", help="A run folder or a film.")],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    runs: RunsOption = RUNS,
    debug: DebugOption = False,
) -> None:
    """Tell what a record or a film is and how it was made."""

    def work(report: Report) -> None:
        from fitreel.jobs.commands.info import describe

        report.say(describe(path, runs, as_json=as_json))

    guarded(work, False, debug)


@app.command()
def new(
    job: Annotated[Path, typer.Argument(metavar="JOB.toml", help="The file to write.")],
    force: ForceOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Write a commented job file to start from."""

    def work(report: Report) -> None:
        from fitreel.jobs.commands.new import write_template

        write_template(job, force=force)
        report.say(f"{job}: written; next: fitreel run {job}")

    guarded(work, quiet, debug)


@app.command()
def schema(debug: DebugOption = False) -> None:
    """Print the job file's JSON schema, for editors."""

    def work(report: Report) -> None:
        from fitreel.jobs.commands.new import schema as text

        report.say(text())

    guarded(work, False, debug)


@app.command()
def targets(
    output: Annotated[
        Path | None, typer.Option("-o", metavar="SHEET.png", help="A picture of all of them.")
    ] = None,
    force: ForceOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    """Show the named functions that a job may learn."""

    def work(report: Report) -> None:
        from fitreel.jobs.commands.targets import list_targets, write_sheet

        if output is None:
            list_targets(report)
        else:
            write_sheet(output, report, force=force)

    guarded(work, quiet, debug)


@app.command()
def doctor(runs: RunsOption = RUNS, debug: DebugOption = False) -> None:
    """Tell what works on this machine, and what to do about what doesn't."""

    def work(report: Report) -> None:
        from fitreel.jobs.commands.doctor import examine

        examine(runs, report)

    guarded(work, False, debug)


def patience(wait: bool, limit: float | None) -> "Patience | None":
    """How long other processes are waited for; None: not at all."""
    from fitreel.jobs.runtime.locks import Patience

    if limit is not None:
        return Patience(limit)
    return Patience() if wait else None


def guarded(
    work: Callable[[Report], Any],
    quiet: bool,
    debug: bool,
    log: Path | None = None,
    log_format: LogFormat = "text",
) -> None:
    """Do the work; what goes wrong is one or two lines on stderr and the exit code."""
    report = Report(quiet)
    code = 0
    try:
        signals.raise_if_cancelled()
        if log is not None:
            report.log = Log(log, log_format)
        work(report)
    except Exception as error:
        code = tell(report, error, debug)
    if code:
        raise typer.Exit(code)


def each(report: Report, debug: bool, jobs: list[Callable[[], None]]) -> None:
    """Do each job; one that fails doesn't stop the others, and the gravest exit code wins."""
    codes = []
    for job in jobs:
        try:
            signals.raise_if_cancelled()
            job()
        except Exception as error:
            codes.append(tell(report, error, debug))
            if codes[-1] > 128:
                break
    if codes:
        raise typer.Exit(gravest(codes))


def tell(report: Report, error: Exception, debug: bool) -> int:
    """Say what went wrong; returns the exit code."""
    if isinstance(error, typer.Exit):
        return error.exit_code
    if debug:
        import traceback

        traceback.print_exception(error)
    if isinstance(error, FitreelError):
        code, line = error.exit_code, str(error)
    elif isinstance(error, MemoryError):
        code, line = BadInput.exit_code, "not enough memory for this job"
    elif isinstance(error, OSError):
        code = CannotWrite.exit_code
        line = f"{error.filename or 'the system'}: {error.strerror or error}"
    else:
        code = 1
        line = f"a bug: {type(error).__name__}: {error}\nplease report it, with what --debug prints"
    report.error(line)
    return code


def version(value: bool) -> None:
    """Print the version and end."""
    if value:
        from importlib.metadata import version as installed

        typer.echo(f"fitreel {installed('fitreel')}")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Films of a neural network learning a function, made without a display."""
