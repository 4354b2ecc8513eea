"""Where the program starts: signals are taken before anything slow is imported."""

from fitreel.jobs import stopping


def main() -> None:
    """The `fitreel` command."""
    stopping.install()
    from fitreel.jobs.cli import app

    app()
