"""Letters from Jinja templates."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateError,
    select_autoescape,
)

from ...ports.language.currencies import DOLLAR, Currency
from ...ports.language.links import plain_name, without_links
from ...ports.language.market import Condition
from ...ports.language.money import BasisPoints
from ...ports.language.notices import NOTICES
from ...ports.language.notifications import Headline, Letter, Notice, Recipient, Shoe
from ...ports.language.text import one_line, quoted
from ...ports.language.trade_notices import SaleConfirmedNotice
from ...ports.templates import Templates
from .label import label_for

FOLDER = Path(__file__).parent / "templates"
"""For each kind, a `.txt` with the blocks subject, brief and body, and an `.html` with body."""

_CONDITIONS = {
    Condition.NEW: "new",
    Condition.USED: "used",
    Condition.DAMAGED_BOX: "new, in a damaged box",
}


class JinjaTemplates(Templates):
    """Renders each notice with the two templates of its kind, with its fields as variables.

    A variable that the notice does not have is an error, not an empty string.
    """

    def __init__(
        self, folder: Path = FOLDER, *, currency: Currency = DOLLAR, pages_url: str | None = None
    ) -> None:
        """`pages_url` is where the pages of the exchange are, if it has any."""
        self._templates = Environment(
            loader=FileSystemLoader(folder),
            autoescape=select_autoescape(["html"], default=False),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.globals["pages_url"] = pages_url
        self._templates.filters.update(
            money=currency.shown,
            percent=percent,
            instant=instant,
            pair=pair,
            condition=condition,
            quoted=quoted,
        )

    def headline(self, notice: Notice, recipient: Recipient) -> Headline:
        with _template_errors(notice):
            return self._headline(self._text(notice), _variables(notice, recipient))

    def render(
        self, notice: Notice, recipient: Recipient, *, choices_url: str | None = None
    ) -> Letter:
        with _template_errors(notice):
            text = self._text(notice)
            variables = _variables(notice, recipient) | {"choices_url": choices_url}
            html = self._templates.get_template(f"{notice.KIND}.html")
            headline = self._headline(text, variables)
            return Letter(
                subject=headline.subject,
                brief=headline.brief,
                text=_without_gaps(text.render(variables)),
                html=_without_gaps(html.render(variables, subject=headline.subject)),
                attachments=(
                    (label_for(notice),) if isinstance(notice, SaleConfirmedNotice) else ()
                ),
            )

    def _text(self, notice: Notice) -> Template:
        return self._templates.get_template(f"{notice.KIND}.txt")

    def _headline(self, text: Template, variables: dict[str, Any]) -> Headline:
        return Headline(_block(text, "subject", variables), _block(text, "brief", variables))


def percent(rate: BasisPoints) -> str:
    """Return basis points as a percentage.

    >>> percent(850), percent(1_000)
    ('8.5 %', '10 %')
    """
    return f"{rate / 100:g} %"


def instant(at: datetime) -> str:
    """Return an instant in UTC, with weekday and month in words.

    >>> instant(datetime(2026, 3, 3, 17, tzinfo=UTC))
    'Tuesday, 3 March 2026, 17:00 UTC'
    """
    at = at.astimezone(UTC)
    return f"{at:%A}, {at.day} {at:%B %Y, %H:%M} UTC"


def condition(of: Condition) -> str:
    """Return a condition in words."""
    return _CONDITIONS[of]


def pair(shoe: Shoe) -> str:
    """Return the name, style code, size and condition of a pair."""
    state = condition(shoe.book.condition)
    return f"{shoe.name} ({shoe.style_code}), size {shoe.book.size}, {state}"


@contextmanager
def _template_errors(notice: Notice) -> Iterator[None]:
    """Raise AssertionError for an unknown notice or a broken template."""
    assert NOTICES.get(notice.KIND) is type(notice), f"there are no words for {notice!r}"
    try:
        yield
    except TemplateError as error:
        raise AssertionError(f"the templates for {notice.KIND} are broken: {error}") from error


def _variables(notice: Notice, recipient: Recipient) -> dict[str, Any]:
    return _fields(_plain(notice)) | {"first_name": plain_name(recipient.first_name) or "there"}


def _plain(value: Any) -> Any:
    """Return a value with all texts in it, at any depth, on one line and without links.

    Users wrote these texts, and a letter of the exchange must not link to other sites. A field that
    is meant as a link stays.
    """
    if type(value) is str:
        return without_links(one_line(value))
    if isinstance(value, tuple):
        return tuple(_plain(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        links = {field.name for field in fields(value) if field.metadata.get("is_link")}
        texts = {k: v for k, v in _fields(value).items() if k not in links}
        return replace(value, **{k: _plain(v) for k, v in texts.items()})
    return value


def _fields(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _block(template: Template, name: str, variables: dict[str, Any]) -> str:
    return one_line("".join(template.blocks[name](template.new_context(variables))))


def _without_gaps(text: str) -> str:
    """Return a text without the blank lines that template tags leave behind."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
