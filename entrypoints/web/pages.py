"""Pages from templates."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Response
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from markupsafe import Markup

from ...core.notifications.count_unread import MOST_UNREAD
from ...ports.language.currencies import Currency
from .assets import address_of
from .visitor import Visitor
from .words import words

FOLDER = Path(__file__).parent / "templates"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(words=words(), asset=address_of)
    environment.filters.update(
        instant=_instant,
        percent=_percent,
        spaced=_spaced,
        headed=_headed,
        span=_span,
        steps_of=_steps_of,
    )
    return environment


@dataclass(slots=True)
class Page:
    """What a request is answered with: templates, filled for one visitor."""

    visitor: Visitor
    currency: Currency
    path: str = ""
    """The path of the page, so that the navigation shows where one is."""
    query: str = ""
    """What follows the path, such as "?cursor=...", so that a form leads back to the same rows."""
    unread: int = 0
    """The number of the visitor's unread notifications, of which not all are counted."""
    has_form: bool = False

    @property
    def shown_unread(self) -> str:
        """The number of unread notifications as text, or nothing."""
        if self.unread > MOST_UNREAD:
            return f"{MOST_UNREAD}+"
        return str(self.unread or "")

    def shows(self, template: str, *, status: int = 200, **values: Any) -> Response[bytes]:
        """Return a page. A template that uses an unknown value is an error."""
        html = (
            _templates()
            .get_template(f"{template}.html")
            .render(values | {"page": self, "visitor": self.visitor, "money": self.currency.shown})
        )
        response = Response(
            html.encode(),
            status_code=status,
            media_type=MediaType.HTML,
            # The origin of a form is told to this site, so that forms of others are refused.
            headers={"Content-Security-Policy": _POLICY, "Referrer-Policy": "same-origin"},
        )
        if self.has_form and self.visitor.is_new:
            response.set_cookie(self.visitor.cookie())
        return response

    def leads_to(self, path: str, *, becoming: Visitor | None = None) -> Response[bytes]:
        """Return the answer to a form that had its effect: go on at a path, with GET.

        A reload does not repeat the form then. `becoming` signs the visitor in or out.
        """
        response = Response(b"", status_code=303, headers={"Location": path})
        if becoming is not None:
            response.set_cookie(becoming.cookie())
        return response

    def form_fields(self, *, once: bool | str = False) -> Markup:
        """Return the hidden fields of a form: one that other sites cannot know, and with `once` one
        that tells a double click from a second act. A page that is loaded anew when somebody comes
        back to it says itself which act it is.
        """
        self.has_form = True
        token = Markup('<input type="hidden" name="_token" value="{}">')
        marked = Markup('<input type="hidden" name="_once" value="{}">')
        return token.format(self.visitor.form_token) + (
            marked.format(uuid4() if once is True else once) if once else ""
        )


ThePage: TypeAlias = NamedDependency[SkipValidation[Page]]
"""The parameter `page` of a handler."""


def _instant(at: datetime) -> Markup:
    """Return an instant as an element, in UTC until the script shows it in the reader's zone."""
    at = at.astimezone(UTC)
    return Markup('<time datetime="{}">{}</time>').format(
        f"{at:%Y-%m-%dT%H:%M:%SZ}", f"{at.day} {at:%b %Y, %H:%M} UTC"
    )


def _percent(share: float) -> str:
    r"""Return a share in percent, which no line break separates from its sign.

    >>> _percent(0.085)
    '8.5\xa0%'
    """
    return f"{share * 100:.1f}".removesuffix(".0") + "\N{NO-BREAK SPACE}%"


def _spaced(name: str) -> str:
    """Return the name of a kind as words.

    >>> _spaced("delivery_overdue")
    'delivery overdue'
    """
    return name.replace("_", " ")


def _steps_of(path: str) -> str:
    """Return a path as words, in which an id is as short as lists show it.

    >>> _steps_of("/admin/dead-letters/01890a5e-0c12-7d33-8a4e-1c2d3e4f5a6b/replay?queue=charges")
    'admin, dead letters, 3e4f5a6b, replay'
    """
    parts = path.partition("?")[0].strip("/").split("/")
    return ", ".join(part[-8:] if len(part) == _ID else part.replace("-", " ") for part in parts)


def _span(of: timedelta) -> str:
    """Return a span in its largest unit, rounded down.

    >>> _span(timedelta(seconds=59)), _span(timedelta(minutes=125)), _span(timedelta(days=3))
    ('59 s', '2 h', '3 days')
    """
    seconds = int(of.total_seconds())
    for length, unit in ((2 * 86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= length:
            return f"{seconds // (86_400 if unit == 'days' else length)} {unit}"
    return f"{seconds} s"


_ID = 36
"""The length of an id as text."""
_CELL = re.compile(r"<td\b")


def _headed(cells: Markup, heads: Sequence[str]) -> Markup:
    """Return the cells of a row that know their headings, beside which a phone shows them.

    >>> str(_headed(Markup("<td>$5</td>"), ["Price & fees"]))
    '<td data-head="Price &amp; fees">$5</td>'
    """
    left = iter(heads)
    named = Markup('<td data-head="{}"')
    return Markup(_CELL.sub(lambda _: named.format(next(left, "")), cells))  # noqa: S704  # as it was
