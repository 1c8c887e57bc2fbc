"""Plain letters without a template engine, for tests and simulations."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from html import escape

from ...ports.language.account_notices import PhoneProofNotice
from ...ports.language.costs import FeesRise, SellerTerms, ShippingRise
from ...ports.language.currencies import DOLLAR, Currency
from ...ports.language.links import plain_name, without_links
from ...ports.language.notices import NOTICES
from ...ports.language.notifications import (
    Headline,
    Letter,
    Notice,
    Recipient,
    Shoe,
    Warehouse,
    WithdrawnOffer,
)
from ...ports.language.text import one_line, quoted
from ...ports.templates import Templates

_TEXT_BY_USERS = ("name", "note", "reason")
"""Facts that contain text by users."""


class MemoryTemplates(Templates):
    """Letters that list the facts of a notice under their names in the code."""

    def __init__(self, currency: Currency = DOLLAR) -> None:
        self._currency = currency

    def headline(self, notice: Notice, recipient: Recipient) -> Headline:
        assert NOTICES.get(notice.KIND) is type(notice), f"there are no words for {notice!r}"
        title = notice.KIND.replace("_", " ").capitalize()
        shoe = getattr(notice, "shoe", None)
        subject = _plain(f"{title}: {shoe.name}" if isinstance(shoe, Shoe) else title)
        code = f": {notice.code}" if isinstance(notice, PhoneProofNotice) else ""
        return Headline(subject, brief=subject + _plain(code))

    def render(
        self, notice: Notice, recipient: Recipient, *, choices_url: str | None = None
    ) -> Letter:
        headline = self.headline(notice, recipient)
        subject = headline.subject
        name = plain_name(recipient.first_name) or "there"
        lines = [f"Hello {name},", subject + ".", *_facts(notice, self._currency)]
        if choices_url:
            lines.append(f"Choose your letters: {choices_url}")
        return Letter(
            subject=subject,
            brief=headline.brief,
            text="\n".join(lines) + "\n",
            html="".join(f"<p>{escape(line)}</p>\n" for line in lines),
        )


def _facts(notice: Notice, currency: Currency) -> Iterator[str]:
    for field in fields(notice):  # type: ignore[arg-type]  # every notice is a dataclass
        value = getattr(notice, field.name)
        if value is not None:
            words = str(value) if field.name == "count" else _in_words(value, currency)
            if type(value) is str and field.name in _TEXT_BY_USERS:
                words = quoted(words)
            if not field.metadata.get("is_link"):
                words = _plain(words)
            yield f"{field.name.replace('_', ' ')}: {words}"


def _plain(text: str) -> str:
    return without_links(one_line(text))


def _in_words(value: object, currency: Currency) -> str:
    def in_words(part: object) -> str:
        return _in_words(part, currency)

    match value:
        case bool():
            return "yes" if value else "no"
        case int():  # but for counts, the integers in a notice are amounts
            return currency.shown(value)
        case datetime():
            return f"{value:%A}, {value.day} {value:%B %Y, %H:%M} UTC"
        case Shoe(book, name, style_code):
            return f"{name}, {style_code}, size {book.size}, {book.condition}"
        case SellerTerms(transaction, minimum, processing):
            least = in_words(minimum)
            return f"{transaction / 100:g} %, at least {least}, and {processing / 100:g} %"
        case FeesRise(before, after, asks):
            return f"{in_words(before)} -> {in_words(after)} for {asks} asks"
        case ShippingRise(was, now, bids):
            return f"{in_words(was)} -> {in_words(now)} for {bids} bids"
        case WithdrawnOffer(side, shoe, amount):
            return f"{side}, {in_words(amount)}, {in_words(shoe)}"
        case tuple():
            return "; ".join(in_words(item) for item in value)
        case Warehouse():
            return ", ".join(value.lines)
        case _:
            return str(value)
