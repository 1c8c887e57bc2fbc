"""Paged lists on the command line."""

import argparse
import shlex
from collections.abc import Callable, Sequence
from typing import TypeVar

from ....ports.language.paging import MAX_PAGE, Page, PageRequest
from ....ports.language.text import counted
from ..arguments import an_id
from .action import argument

T = TypeVar("T")

PAGING = (
    argument("--limit", type=int, default=MAX_PAGE, help=f"how many to list (1 to {MAX_PAGE})"),
    argument("--after", type=an_id, metavar="ID", help="start after this one"),
)
"""The arguments of every action that prints a list."""


def page_request(options: argparse.Namespace) -> PageRequest:
    """Return the requested page. Raises OutOfRange."""
    return PageRequest(options.limit, options.after)


def listed(
    page: Page[T],
    line: Callable[[T], str],
    noun: str,
    action: Sequence[str],
    options: argparse.Namespace,
) -> str:
    """Return a line for each item, their number, and the command for the next page if any."""
    lines = [line(item) for item in page.items]
    lines.append(counted(len(page.items), noun))
    if page.next_cursor is not None:
        lines.append(there_are_more(action, page.next_cursor, options))
    return "\n".join(lines)


def there_are_more(action: Sequence[str], after: object, options: argparse.Namespace) -> str:
    """Return a line with the command for the next page of the same length."""
    words = [*action]
    if options.config is not None:
        words += ["--config", str(options.config)]
    if options.limit != MAX_PAGE:
        words += ["--limit", str(options.limit)]
    return f"there are more: solebook admin {shlex.join([*words, '--after', str(after)])}"
