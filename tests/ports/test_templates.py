"""Contract of Templates: each notice becomes a complete and safe letter."""

from collections.abc import Callable, Iterator
from dataclasses import Field, dataclass, fields, is_dataclass, replace
from datetime import datetime
from html import unescape
from html.parser import HTMLParser
from typing import Any, ClassVar
from uuid import UUID

import pytest

from solebook.adapters.mail.jinja_templates import JinjaTemplates
from solebook.adapters.memory.templates import MemoryTemplates
from solebook.entrypoints.cli.sample_notices import RECIPIENT, sample_notices
from solebook.ports.language.alarms import AlarmKind
from solebook.ports.language.complaints import Bearer, ComplaintKind, ComplaintState
from solebook.ports.language.currencies import Currency
from solebook.ports.language.links import REMOVED, has_link, without_links
from solebook.ports.language.mail import Mail
from solebook.ports.language.market import AskFate, Side, WithdrawalReason
from solebook.ports.language.notices import NOTICES
from solebook.ports.language.notifications import (
    Headline,
    Letter,
    Notice,
    NotificationKind,
    PriceDroppedNotice,
    Shoe,
    Warehouse,
    WelcomeNotice,
)
from solebook.ports.language.orders import CancelReason, DeliveryProof, FreezeReason
from solebook.ports.language.text import quoted
from solebook.ports.language.trade_notices import (
    OrderCancelledNotice,
    PayoutPaidNotice,
    SaleCancelledNotice,
)
from solebook.ports.language.webhook_endpoints import DisabledBecause
from solebook.ports.templates import Templates

WAREHOUSE = Warehouse("Test Warehouse", "1 Main Street", "Portland", "OR", "97201", "US")
SAMPLES = sample_notices(WAREHOUSE)
HOSTILE = '<script>alert("1")</script>\r\nBcc: nobody@example.com\u2028{{ 7 * 7 }} & Co'
HARMLESS = '<script>alert("1")</script> Bcc: {{ 7 * 7 }} & Co'
LURE = "Pay” at https://evil.example/pay, evil.example/x, www.evil.example or pay@evil.example <b>“"


@pytest.fixture(
    scope="module",
    params=["memory", pytest.param("jinja", marks=pytest.mark.integration)],  # it reads files
)
def templates(request: pytest.FixtureRequest) -> Templates:
    return MemoryTemplates() if request.param == "memory" else JinjaTemplates()


@pytest.fixture(params=["memory", pytest.param("jinja", marks=pytest.mark.integration)])
def templates_in(request: pytest.FixtureRequest) -> Callable[[str], Templates]:
    def build(code: str) -> Templates:
        currency = Currency.of(code)
        if request.param == "memory":
            return MemoryTemplates(currency)
        return JinjaTemplates(currency=currency)

    return build


class Read(HTMLParser):
    """The visible text of a page, and its tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return flowing(" ".join(self.words))


def flowing(text: str) -> str:
    """Return a text without the line breaks of wrapping."""
    return " ".join(text.split())


def facts(notice: Any) -> Iterator[str]:
    """Yield the facts that a letter must contain, as a reader would see them."""
    for field in fields(notice):
        value = getattr(notice, field.name)
        if field.name == "count":
            yield str(value)
            continue
        match value:
            case bool() | None:  # told in sentences
                pass
            case CancelReason() | WithdrawalReason() | Side() | AskFate() | AlarmKind():
                pass
            case (
                ComplaintKind() | ComplaintState() | Bearer() | FreezeReason() | DisabledBecause()
            ):  # and these
                pass
            case FreezeReason() | DisabledBecause() | DeliveryProof():
                pass
            case int():
                yield f"${value / 100:,.2f}" if value else ""
            case datetime():
                yield f"{value:%A}, {value.day} {value:%B %Y, %H:%M} UTC"
            case UUID():
                yield str(value)
            case str():
                yield flowing(value)
            case tuple():
                for item in value:
                    yield from (item,) if isinstance(item, str) else facts(item)
            case Warehouse():
                yield from value.lines
            case Shoe():
                yield from (value.name, value.style_code, value.book.size)


def spoiled(value: Any) -> Any:
    """Return a value whose texts are all replaced by one that must be escaped."""
    if type(value) is str:
        return HOSTILE
    if isinstance(value, tuple):
        return tuple(spoiled(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        names = {field.name for field in fields(value) if not _is_no_text(field)}
        return replace(value, **{name: spoiled(getattr(value, name)) for name in names})
    return value


def _is_no_text(field: Field[Any]) -> bool:
    """Return whether a field holds no text by users: a link, or a country, which checks itself."""
    return field.name == "country" or "is_link" in field.metadata


def meant_links(notice: Any) -> list[str]:
    """Return the links that a letter is meant to have."""
    return [getattr(notice, each.name) for each in fields(notice) if "is_link" in each.metadata]


SAID = {"note", "reason"}
"""The texts that are somebody's own words, so that they are quoted."""


def with_notes(notice: Notice) -> Notice:
    """Return a notice with a note, if its kind may have one."""
    if any(field.name == "note" for field in fields(notice)):  # type: ignore[arg-type]  # all are
        return replace(notice, note="a note")  # type: ignore[type-var]
    return notice


# ---- every kind ------------------------------------------------------------------------------


def test_there_is_a_sample_of_every_notice() -> None:
    assert {kind: type(notice) for kind, notice in SAMPLES.items()} == NOTICES
    assert set(NotificationKind) == NOTICES.keys()


@pytest.mark.parametrize("kind", NotificationKind)
def test_every_kind_of_notice_has_a_letter(templates: Templates, kind: NotificationKind) -> None:
    letter = templates.render(SAMPLES[kind], RECIPIENT)
    for line in (letter.subject, letter.brief):
        assert line == flowing(line) != ""
    for text in (letter.text, Read(letter.html).text):
        assert "Hello Test," in text
        for fact in facts(SAMPLES[kind]):
            assert fact in text
        assert "None" not in text


@pytest.mark.parametrize("kind", NotificationKind)
def test_the_headline_is_that_of_the_letter(templates: Templates, kind: NotificationKind) -> None:
    letter = templates.render(SAMPLES[kind], RECIPIENT)
    headline = templates.headline(SAMPLES[kind], RECIPIENT)
    assert headline == Headline(letter.subject, letter.brief)


def test_no_two_kinds_have_the_same_subject_or_brief(templates: Templates) -> None:
    letters = [templates.render(notice, RECIPIENT) for notice in SAMPLES.values()]
    assert len({letter.subject for letter in letters}) == len(SAMPLES)
    assert len({letter.brief for letter in letters}) == len(SAMPLES)


def test_the_brief_alone_says_which_pair_it_is_about(templates: Templates) -> None:
    for notice in SAMPLES.values():
        if notice.product_id is not None:
            assert "Nike Dunk Low White/Black" in templates.render(notice, RECIPIENT).brief


def test_a_notice_without_words_is_a_defect(templates: Templates) -> None:
    @dataclass(frozen=True)
    class Unheard(Notice):
        KIND: ClassVar[NotificationKind] = NotificationKind.WELCOME

    with pytest.raises(AssertionError, match="there are no words for"):
        templates.render(Unheard(), RECIPIENT)


# ---- text by users ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", NotificationKind)
def test_text_by_users_is_escaped(templates: Templates, kind: NotificationKind) -> None:
    harmless = templates.render(SAMPLES[kind], RECIPIENT)
    letter = templates.render(spoiled(SAMPLES[kind]), replace(RECIPIENT, first_name=HOSTILE))
    for line in (letter.subject, letter.brief):
        assert line == flowing(line)
    for text in (letter.text, Read(letter.html).text):
        assert f"Hello {HARMLESS}," in text
        assert not any(line.startswith("Bcc") for line in text.splitlines())
    assert Read(letter.html).tags == Read(harmless.html).tags
    assert Read(letter.html).attributes == Read(harmless.html).attributes


def lured(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the path of each text by other users, and the notice with a link in that text."""
    if type(value) is str:
        yield path, LURE
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            for where, worse in lured(item, (*path, str(place))):
                yield where, (*value[:place], worse, *value[place + 1 :])
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            if _is_no_text(field):
                continue
            for where, worse in lured(getattr(value, field.name), (*path, field.name)):
                yield where, replace(value, **{field.name: worse})


LURED = [
    pytest.param(notice, path, id=".".join((kind, *path)))
    for kind in NotificationKind
    for path, notice in lured(with_notes(SAMPLES[kind]))
]


def test_a_letter_ends_with_the_link_to_choose_letters_if_there_is_one(
    templates: Templates,
) -> None:
    url = "https://exchange.example.com/account/letters?token=a.b"
    for notice in SAMPLES.values():
        letter = templates.render(notice, RECIPIENT, choices_url=url)
        assert letter.text.endswith(f"Choose your letters: {url}\n")
        assert url in letter.html
        assert url not in letter.subject + letter.brief


@pytest.mark.integration  # it reads files
def test_a_letter_about_an_order_links_to_its_page_if_there_are_pages() -> None:
    notice = SAMPLES[NotificationKind.ORDER_CONFIRMED]
    there = "https://exchange.example.com"
    letter = JinjaTemplates(pages_url=there).render(notice, RECIPIENT)
    for text in (letter.text, letter.html):
        assert f"{there}/orders/{notice.order}" in text  # type: ignore[attr-defined]  # it has one
    assert "/orders/" not in JinjaTemplates().render(notice, RECIPIENT).html


@pytest.mark.parametrize(("notice", "path"), LURED)
def test_letters_never_contain_links_from_users(
    templates: Templates, notice: Notice, path: tuple[str, ...]
) -> None:
    harmless = templates.render(with_notes(SAMPLES[notice.KIND]), RECIPIENT)
    letter = templates.render(notice, RECIPIENT)
    read = Read(letter.html)
    for text in (letter.subject, letter.brief, letter.text, letter.html, read.text):
        assert "evil" not in text
    for text in (letter.subject, letter.brief, letter.text, read.text):
        for link in meant_links(notice):
            text = text.replace(link, "")
        assert not has_link(text)
    assert (read.tags, read.attributes) == (
        Read(harmless.html).tags,
        Read(harmless.html).attributes,
    )
    for text in (flowing(letter.text), read.text):
        assert REMOVED in text
        if path[-1] in SAID:
            assert quoted(without_links(LURE)) in text


def test_a_letter_greets_by_what_is_left_of_a_name(templates: Templates) -> None:
    for name, greeted in (("Test evil.example", "Test"), ("evil.example/x", "there")):
        letter = templates.render(WelcomeNotice(), replace(RECIPIENT, first_name=name))
        assert letter.text.startswith(f"Hello {greeted},")
        assert f"Hello {greeted}," in Read(letter.html).text
        mail = Mail.of(letter, replace(RECIPIENT, first_name=name), RECIPIENT.user_id)
        assert not has_link(mail.name)


def test_text_that_looks_like_an_attribute_is_escaped(templates: Templates) -> None:
    letter = templates.render(
        WelcomeNotice(), replace(RECIPIENT, first_name="\" onload='1' style=\"")
    )
    assert "onload='" not in letter.html
    assert '" style="' not in letter.html.replace('<body style="', "")


# ---- particulars -----------------------------------------------------------------------------


def order_cancelled(templates: Templates, reason: CancelReason, refund: int) -> Letter:
    sample = SAMPLES[NotificationKind.ORDER_CANCELLED]
    assert isinstance(sample, OrderCancelledNotice)
    return templates.render(replace(sample, reason=reason, refund=refund, note=None), RECIPIENT)


def sale_cancelled(templates: Templates, reason: CancelReason, penalty: int) -> Letter:
    sample = SAMPLES[NotificationKind.SALE_CANCELLED]
    assert isinstance(sample, SaleCancelledNotice)
    changed = replace(sample, reason=reason, penalty=penalty)
    return templates.render(changed, RECIPIENT)


@pytest.mark.parametrize("cancelled", [order_cancelled, sale_cancelled])
def test_every_reason_to_cancel_is_told_apart(templates: Templates, cancelled: Any) -> None:
    letters = [cancelled(templates, reason, 0) for reason in CancelReason]
    assert len({letter.text for letter in letters}) == len(CancelReason)
    assert len({letter.html for letter in letters}) == len(CancelReason)
    for letter in letters:
        assert "_" not in letter.brief


def test_an_amount_of_dollars_and_cents_is_written_so(templates: Templates) -> None:
    sample = SAMPLES[NotificationKind.PRICE_DROPPED]
    assert isinstance(sample, PriceDroppedNotice)
    letter = templates.render(replace(sample, wanted=1_234_567, lowest_ask=2_505), RECIPIENT)
    assert "$12,345.67" in letter.text
    assert "$25.05" in Read(letter.html).text


@pytest.mark.parametrize(
    ("code", "shown"), [("JPY", "¥17,600"), ("EUR", "€176.00"), ("KWD", "KWD 17.600")]
)
def test_amounts_are_in_the_currency_of_the_exchange(
    templates_in: Callable[[str], Templates], code: str, shown: str
) -> None:
    notice = SAMPLES[PayoutPaidNotice.KIND]
    assert isinstance(notice, PayoutPaidNotice)
    letter = templates_in(code).render(replace(notice, amount=17_600), RECIPIENT)
    assert shown in letter.text
    assert shown in unescape(letter.html)
    assert "$" not in letter.text + letter.html
