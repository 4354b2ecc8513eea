"""A command: its parameters from one list, and its end: one or two lines on stderr and a code."""

import inspect
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, get_type_hints

import typer
from typer.core import TyperCommand, TyperOption

from fitreel.jobs.command_line.options import options_of
from fitreel.jobs.command_line.parameters import REPORTING, Parameters
from fitreel.jobs.runtime import signals
from fitreel.jobs.runtime.log import Log
from fitreel.jobs.runtime.report import Report
from fitreel.model.errors import AFTER_SIGNAL, DONE, BadInput, gravest


class OnceCommand(TyperCommand):
    """A command that refuses an option given twice, of which the first would be lost."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As Typer does, after a look at what is given."""
        *_, parameters = self.make_parser(ctx).parse_args(args=[*args])
        for each in parameters:
            takes_one = isinstance(each, TyperOption) and not (each.multiple or each.is_flag)
            if takes_one and parameters.count(each) > 1:
                ctx.fail(f"{' or '.join(each.opts)} is given twice; give it once.")
        return super().parse_args(ctx, args)


def command(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make what Typer takes for a command of a function.

    Args:
        names: those of `Parameters` that the command has, after the function's own. They come to
            it as `options` and `report`; one that has no use for `options` doesn't take it.
    """

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(function)
        services = {"options", "report"} & signature.parameters.keys()
        own = [each for name, each in signature.parameters.items() if name not in services]

        def taking(**values: Any) -> None:
            shared = {name: values.pop(name) for name in names}
            reporting = {name: shared.pop(name) for name in REPORTING if name in shared}

            def work(report: Report) -> None:
                options = options_of(shared)
                if options.wait is not None:
                    options.wait.tell = partial(report.say, event="waiting")
                both = {"options": options, "report": report}
                function(**values, **{name: both[name] for name in services})

            _guarded(work, **reporting)

        taking.__name__, taking.__doc__ = function.__name__, function.__doc__
        taking.__signature__ = signature.replace(  # type: ignore[attr-defined]
            parameters=[*own, *_parameters(names)]
        )
        return taking

    return decorate


def each(jobs: Sequence[Callable[[], None]], report: Report) -> None:
    """Do each job; one that fails doesn't stop the others, and the gravest exit code wins."""
    codes = []
    for job in jobs:
        try:
            signals.raise_if_cancelled()
            job()
        except Exception as error:
            codes.append(report.failure(error))
            if codes[-1] > AFTER_SIGNAL:
                break
    if len(jobs) > 1:
        report.about()
    if codes:
        raise typer.Exit(gravest(codes))


def _parameters(names: Sequence[str]) -> list[inspect.Parameter]:
    return [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=getattr(Parameters, name),
            annotation=annotation,
        )
        for name, annotation in get_type_hints(Parameters, include_extras=True).items()
        if name in names
    ]


def _guarded(
    work: Callable[[Report], None],
    log: Any = None,
    log_format: Any = "text",
    quiet: bool = False,
    debug: bool = False,
) -> None:
    report = Report(quiet, debug=debug)
    code, started = DONE, time.monotonic()
    try:
        signals.raise_if_cancelled()
        if log is not None:
            if str(log) == "-":
                raise BadInput("--log -: give a file; what is said is on stdout and stderr anyway")
            report.log = Log(log, log_format)
        with signals.told_to(report.error):
            work(report)
    except typer.BadParameter:
        raise
    except typer.Exit as end:
        code = end.exit_code
    except Exception as error:
        code = report.failure(error)
    took = round(time.monotonic() - started, 3)
    report.note(f"ended with {code}", event="ended", code=code, seconds=took)
    if code:
        raise typer.Exit(code)
