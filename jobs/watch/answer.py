"""What is sent to a browser, and the small pages that say a sentence."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

HTML, JSON = "text/html; charset=utf-8", "application/json"


@dataclass(frozen=True)
class Answer:
    """What is sent."""

    status: int
    kind: str = "text/plain; charset=utf-8"
    body: bytes = b""


NOT_FOUND = Answer(404, body=b"There is nothing here.\n")


def waiting(state: str) -> Answer:
    """A page that says what is waited for, and looks again by itself."""
    return Answer(200, HTML, small_page("fitreel", state, refresh=True))


def small_page(
    title: str, text: str, links: Sequence[tuple[str, str]] = (), *, refresh: bool = False
) -> bytes:
    """A page of a sentence and some links."""
    again = '<meta http-equiv="refresh" content="1">' if refresh else ""
    rows = "".join(
        f'<li><a href="{quote(target)}">{html.escape(name)}</a></li>' for target, name in links
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">{again}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title></head>"
        '<body style="font: 1.2rem/1.5 system-ui, sans-serif; margin: 2rem">'
        f"<main><h1>{html.escape(title)}</h1><p>{html.escape(text)}</p><ul>{rows}</ul></main>"
        "</body></html>\n"
    ).encode()
