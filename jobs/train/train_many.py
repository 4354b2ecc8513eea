"""Train many configurations: one after the other, or several at once in processes of their own.

What is trained in one go, by one process, is a share: a configuration, or a batch of them.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from fitreel.jobs.job.sweep import Configuration
from fitreel.jobs.runtime import signals
from fitreel.jobs.runtime.locks import Patience, locked
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.ensure_trained import RunStore, check, record, record_together
from fitreel.jobs.train.partition import Share, shared_out
from fitreel.jobs.train.worker_messages import question
from fitreel.jobs.train.worker_pool import Failure, Pool, Question
from fitreel.model.errors import BadInput, FitreelError, Stopped
from fitreel.model.system.files import cannot_write

CHECKS = 8
"""Configurations that a worker is asked to check at once: each takes milliseconds."""


def train_all(
    found: Sequence[Configuration],
    runs: Path,
    workers: int,
    report: Report,
    *,
    force: bool = False,
    wait: Patience | None = None,
) -> dict[int, Failure]:
    """Train what isn't trained yet, `workers` at once; the failures by their place in `found`.

    One failing configuration doesn't stop the others.

    Raises:
        Busy: another process trains the same, and isn't waited for, or not any more.
        Stopped: a signal came; what is trained is on disk.
    """
    place = RunStore(runs)
    if not _waiting(found, place, force):
        return _train_those_that_wait(found, runs, workers, report, force, wait)
    # Or two that make the same would share it out among them, and each call the rest failures.
    try:
        runs.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(runs, error) from error
    with locked(_all_of(found, runs), "comparison", wait=wait):
        return _train_those_that_wait(found, runs, workers, report, force, wait)


def _waiting(found: Sequence[Configuration], place: RunStore, force: bool) -> list[int]:
    return [
        number
        for number, variant in enumerate(found)
        if force or not place.is_trained(variant.prepared)
    ]


def _all_of(found: Sequence[Configuration], runs: Path) -> Path:
    """What stands for all these configurations' records together; there is no such file."""
    marks = sorted(variant.prepared.fingerprint for variant in found)
    return runs / f"comparison-{hashlib.sha256(''.join(marks).encode()).hexdigest()[:12]}"


def _train_those_that_wait(
    found: Sequence[Configuration],
    runs: Path,
    workers: int,
    report: Report,
    force: bool,
    wait: Patience | None,
) -> dict[int, Failure]:
    place = RunStore(runs)
    waiting = _waiting(found, place, force)
    if found and len(waiting) < len(found):
        report.say(f"{len(found) - len(waiting)} of {len(found)} configurations already trained")
    workers = min(workers, len(waiting))
    failures: dict[int, Failure] = {}
    if workers > 1:
        pool = Pool(workers, runs, wait)
        with signals.before_ending(pool.kill):
            shares = shared_out(found, waiting, workers)
            failures, rest = _at_once(found, shares, pool, runs, report, force)
        waiting = [number for share in rest for number in share]
        if waiting:
            # A machine that can't start processes is slower, not broken.
            report.say(f"training one after the other: cannot start a process: {pool.trouble}")
    shares = shared_out(found, waiting, 1)
    return failures | _one_after_the_other(found, shares, place, report, force, wait)


def _one_after_the_other(
    found: Sequence[Configuration],
    shares: Sequence[Share],
    place: RunStore,
    report: Report,
    force: bool,
    wait: Patience | None,
) -> dict[int, Failure]:
    failures = {}
    waiting = [number for share in shares for number in share]
    refused = {}
    for number in waiting:
        try:
            check(found[number].prepared, report)
        except Stopped:
            raise
        except FitreelError as error:
            refused[number] = Failure(error.exit_code, str(error))
    _refuse(found, refused)
    for done, share in enumerate(shares, 1):
        signals.raise_if_cancelled()
        report.say(f"[{done}/{len(shares)}] {_name(found, share)}")
        prepared = [found[number].prepared for number in share]
        try:
            if len(share) > 1:
                failed = record_together(prepared, place, report, force=force, wait=wait)
            else:
                record(prepared[0], place, report, force=force, wait=wait)
                failed = {}
        except Stopped:
            raise
        except FitreelError as error:
            failed = dict.fromkeys(range(len(share)), error)
        for k, why in failed.items():
            failures[share[k]] = Failure(why.exit_code, str(why))
    return failures


def _name(found: Sequence[Configuration], share: Share) -> str:
    first = found[share[0]].label
    return first if len(share) == 1 else f"{first}, and {len(share) - 1} more at once"


def _refuse(found: Sequence[Configuration], refused: dict[int, Failure]) -> None:
    """Name all configurations that are no valid job, before any of them is trained.

    One that asks for a device which isn't here fails by itself: the others are trained.
    """
    reasons = {
        failure.reason: found[number].label
        for number, failure in refused.items()
        if failure.code == BadInput.exit_code
    }
    if reasons:
        raise BadInput("; ".join(f"{label}: {reason}" for reason, label in reasons.items()))


def _at_once(
    found: Sequence[Configuration],
    shares: Sequence[Share],
    pool: Pool,
    runs: Path,
    report: Report,
    force: bool,
) -> tuple[dict[int, Failure], list[Share]]:
    """The failures, and the shares that are left where there are no workers any more."""
    waiting = [number for share in shares for number in share]
    names = [_name(found, share) for share in shares]
    epochs = max(found[number].prepared.loaded.job.train.epochs for number in waiting)

    def ask(share: Share, check: bool) -> Question:
        variants = [found[number] for number in share]
        return share, question(variants, runs, force=force, check=check)

    starts = range(0, len(waiting), CHECKS)
    parts = [tuple(waiting[start : start + CHECKS]) for start in starts]
    try:
        # What isn't checked here, or took its worker with it, tells when it is trained.
        refused, left = pool.work([ask(part, True) for part in parts], lambda *_: None)
        _refuse(found, refused)
        if left:
            return {}, list(shares)
        report.say(f"training {len(waiting)} configurations, {pool.count} at once")
        with report.many(names, epochs, "epochs") as update:

            def news(which: int, done: int | None, word: str) -> None:
                update(which, epochs if done is None else done, word)
                if done is None:
                    report.say(f"{names[which]}: {word}")

            return pool.work([ask(share, False) for share in shares], news)
    except Stopped:
        pool.stop()
        raise
    finally:
        pool.close()
