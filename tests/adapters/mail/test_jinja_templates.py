"""The texts of the letters, and broken templates."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from solebook.adapters.mail.jinja_templates import FOLDER, JinjaTemplates
from solebook.entrypoints.cli.sample_notices import RECIPIENT, sample_notices
from solebook.ports.language.complaint_notices import (
    OrderComplainedNotice,
    OrderComplaintDecidedNotice,
    OrderRefundedNotice,
    PayoutFrozenNotice,
    PayoutReleasedNotice,
    PenaltyReversedNotice,
    SaleComplainedNotice,
    SaleComplaintDecidedNotice,
    SaleRefundedNotice,
)
from solebook.ports.language.complaints import Bearer, ComplaintKind, ComplaintState
from solebook.ports.language.costs import FeesRise, SellerTerms
from solebook.ports.language.market import AskFate, Condition, WithdrawalReason
from solebook.ports.language.notifications import (
    CostsRoseNotice,
    Notice,
    NotificationKind,
    PriceDroppedNotice,
    QuotesWithdrawnNotice,
    Shoe,
    Warehouse,
    WelcomeNotice,
)
from solebook.ports.language.orders import CancelReason, DeliveryProof, FreezeReason
from solebook.ports.language.trade_notices import (
    OrderCancelledNotice,
    OrderDeliveredNotice,
    PayoutPaidNotice,
    SaleAuthFailedNotice,
    SaleCancelledNotice,
    SaleConfirmedNotice,
)

WAREHOUSE = Warehouse("Test Warehouse", "1 Main Street", "Portland", "OR", "97201", "US")
SAMPLES = sample_notices(WAREHOUSE)


@pytest.fixture(scope="module")
def templates() -> JinjaTemplates:
    return JinjaTemplates()


def in_condition(shoe: Shoe, condition: Condition) -> Shoe:
    return replace(shoe, book=replace(shoe.book, condition=condition))


def test_without_a_payment_there_is_no_refund(templates: JinjaTemplates) -> None:
    sample = SAMPLES[NotificationKind.ORDER_CANCELLED]
    assert isinstance(sample, OrderCancelledNotice)
    paid = templates.render(sample, RECIPIENT)
    overdue = replace(sample, reason=CancelReason.PAYMENT_OVERDUE, note=None, refund=0)
    unpaid = templates.render(overdue, RECIPIENT)
    assert "You get everything back: $214.00" in paid.text
    assert "The seller wrote: “sold elsewhere”" in paid.text
    assert "You were not charged." not in paid.text
    assert "You were not charged." in unpaid.text
    assert " wrote: " not in unpaid.text
    assert "$" not in unpaid.text


def test_not_charged_is_only_said_if_it_is_known(
    templates: JinjaTemplates,
) -> None:
    sample = SAMPLES[NotificationKind.ORDER_CANCELLED]
    assert isinstance(sample, OrderCancelledNotice)
    given_up = replace(sample, reason=CancelReason.GIVEN_UP, note=None, refund=0)
    known = templates.render(given_up, RECIPIENT)
    unknown = templates.render(replace(given_up, charge_unknown=True), RECIPIENT)
    for text in (known.text, known.html, known.brief):
        assert "You were not charged." in text
    for text in (unknown.text, unknown.html, unknown.brief):
        assert "were not charged" not in text
        assert "do not know yet whether you were charged" in text
        assert "That is our fault, not yours." in text


def test_without_a_penalty_none_is_mentioned(templates: JinjaTemplates) -> None:
    sample = SAMPLES[NotificationKind.SALE_AUTH_FAILED]
    assert isinstance(sample, SaleAuthFailedNotice)
    due = templates.render(sample, RECIPIENT)
    free = templates.render(replace(sample, penalty=0), RECIPIENT)
    assert all("penalty" in words for words in (due.text, due.brief, due.html))
    assert not any("penalty" in words for words in (free.text, free.brief, free.html))


@pytest.mark.parametrize(
    ("reason", "to_buyer", "to_seller"),
    [
        ("payment_declined", "Your payment was declined.", "The buyer's payment was declined."),
        (
            "payment_overdue",
            "Your payment did not go through in time.",
            "The buyer did not pay in time.",
        ),
        ("stock_refused", *["The pair was already promised to another order."] * 2),
        ("seller_cancelled", "The seller cancelled the sale.", "You cancelled the sale."),
        ("shipment_overdue", "The seller did not ship in time.", "You did not ship in time."),
        ("arrival_overdue", *["The pair did not reach our warehouse in time."] * 2),
        ("admin_cancelled", "Our staff cancelled the order.", "Our staff cancelled the sale."),
        (
            "not_received",
            "You did not receive the pair.",
            "The pair did not reach its buyer.",
        ),
    ],
)
def test_each_party_is_told_who_cancelled_the_trade(
    templates: JinjaTemplates, reason: str, to_buyer: str, to_seller: str
) -> None:
    order, sale = (
        SAMPLES[NotificationKind.ORDER_CANCELLED],
        SAMPLES[NotificationKind.SALE_CANCELLED],
    )
    assert isinstance(order, OrderCancelledNotice)
    assert isinstance(sale, SaleCancelledNotice)
    why = CancelReason(reason)
    for notice, words in ((order, to_buyer), (sale, to_seller)):
        letter = templates.render(replace(notice, reason=why), RECIPIENT)
        assert f" is cancelled. {words} " in letter.brief
        assert f" is cancelled. {words}\n" in letter.text


def every_fate(sale: SaleCancelledNotice) -> Iterator[SaleCancelledNotice]:
    """Return a letter to a seller for every fate of an ask."""
    for fate in set(AskFate) - {AskFate.WITHDRAWN}:
        yield replace(sale, ask=fate)
    yield replace(sale, ask=None)
    for reason in WithdrawalReason:
        yield replace(sale, ask=AskFate.WITHDRAWN, withdrawal=reason)


def every_withdrawal(sample: QuotesWithdrawnNotice) -> Iterator[QuotesWithdrawnNotice]:
    """Return letters for every withdrawal reason: one quote, several, more than are listed."""
    for reason in WithdrawalReason:
        yield replace(sample, reason=reason, note=None, count=1, offers=sample.offers[:1])
    yield replace(sample, count=len(sample.offers))
    yield replace(sample, count=1_000)


def every_case() -> Iterator[Notice]:
    """Return a notice of each kind, and of each special case of a template."""
    yield from SAMPLES.values()
    order, sale, payout = (
        SAMPLES[kind]
        for kind in (
            NotificationKind.ORDER_CANCELLED,
            NotificationKind.SALE_CANCELLED,
            NotificationKind.PAYOUT_PAID,
        )
    )
    assert isinstance(order, OrderCancelledNotice)
    assert isinstance(sale, SaleCancelledNotice)
    assert isinstance(payout, PayoutPaidNotice)
    for reason in CancelReason:
        yield replace(order, reason=reason)
        yield replace(order, reason=reason, note=None, refund=0)
        yield replace(sale, reason=reason, note="a note")
        yield replace(sale, reason=reason, penalty=0)
    yield from every_fate(sale)
    withdrawn = SAMPLES[NotificationKind.QUOTES_WITHDRAWN]
    assert isinstance(withdrawn, QuotesWithdrawnNotice)
    yield from every_withdrawal(withdrawn)
    yield replace(order, refund=20_000, kept=1_400)
    yield replace(sale, penalty=0, payout=17_600)
    yield replace(sale, penalty=0, returned=True)
    yield from cases_of_complaints()
    yield replace(payout, amount=0)
    yield replace(payout, debt_settled=0)


def cases_of_complaints() -> Iterator[Notice]:
    for notice in SAMPLES.values():
        match notice:
            case OrderComplainedNotice() | SaleComplainedNotice():
                yield replace(notice, complaint=ComplaintKind.NOT_RECEIVED)
            case OrderComplaintDecidedNotice():
                yield from (replace(notice, state=s, send_to=None) for s in ComplaintState)
            case SaleComplaintDecidedNotice():
                yield from (replace(notice, state=state) for state in ComplaintState)
            case OrderRefundedNotice():
                yield replace(notice, kept=0, note="as agreed")
                yield from (replace(notice, complaint=kind) for kind in ComplaintKind)
            case SaleRefundedNotice():
                yield replace(notice, borne_by=Bearer.EXCHANGE, owed=0)
                yield replace(notice, owed=0, returned=False)
                yield replace(notice, complaint=ComplaintKind.NOT_RECEIVED)
            case PayoutFrozenNotice():
                yield from (replace(notice, reason=reason) for reason in FreezeReason)
            case PayoutReleasedNotice():
                yield replace(notice, due_at=None)
                yield replace(notice, delivered=False)
            case PenaltyReversedNotice():
                yield replace(notice, cancelled=0)
                yield replace(notice, paid_back=0)
            case OrderCancelledNotice() | SaleCancelledNotice():
                yield replace(notice, complaint=ComplaintKind.NOT_RECEIVED)
            case OrderDeliveredNotice():
                yield from (replace(notice, proof=proof) for proof in DeliveryProof)
                yield replace(notice, proof=None, complain_by=None)


@pytest.mark.parametrize("notice", list(every_case()))
def test_text_and_html_say_the_same(templates: JinjaTemplates, notice: Notice) -> None:
    letter = templates.render(notice, RECIPIENT)
    _, _, page = letter.html.partition("</h1>")
    said = re.findall(r"\w+", unescape(re.sub("<[^>]+>", " ", page)))
    assert said == re.findall(r"\w+", letter.text.removesuffix("solebook\n"))


def test_only_the_party_at_fault_reads_of_a_penalty(templates: JinjaTemplates) -> None:
    sample = SAMPLES[NotificationKind.SALE_CANCELLED]
    assert isinstance(sample, SaleCancelledNotice)
    declined = CancelReason.PAYMENT_DECLINED
    at_fault = templates.render(sample, RECIPIENT)
    innocent = templates.render(
        replace(sample, reason=declined, penalty=0, ask=AskFate.RETURNED), RECIPIENT
    )
    assert "You owe a penalty of $30.00" in at_fault.text
    assert "Your ask ended with the sale." in at_fault.text
    assert "There is no penalty." in innocent.text
    assert "Your ask is back in its book" in innocent.text


def test_a_payout_that_a_penalty_used_up_is_not_called_paid(templates: JinjaTemplates) -> None:
    sample = SAMPLES[NotificationKind.PAYOUT_PAID]
    assert isinstance(sample, PayoutPaidNotice)
    whole = templates.render(replace(sample, debt_settled=0), RECIPIENT)
    used_up = templates.render(replace(sample, amount=0), RECIPIENT)
    assert "We paid you $146.00" in whole.subject
    assert "deducted" not in whole.text + whole.brief
    assert "We paid" not in used_up.text + used_up.subject + used_up.brief
    assert "We first deducted $30.00" in used_up.text


def test_a_seller_is_told_not_to_ship_before_the_buyer_has_paid(templates: JinjaTemplates) -> None:
    letter = templates.render(SAMPLES[NotificationKind.ASK_MATCHED], RECIPIENT)
    for text in (letter.subject, letter.brief, letter.text, letter.html):
        assert "do not ship" in text.lower()


def test_an_assumed_delivery_is_not_called_delivered(
    templates: JinjaTemplates,
) -> None:
    for kind in (NotificationKind.ORDER_DELIVERED, NotificationKind.SALE_DELIVERED):
        letter = templates.render(SAMPLES[kind], RECIPIENT)
        assert "counts as delivered" in letter.brief
        assert "counts as delivered" in letter.text
        assert "counts as delivered" in letter.html


def test_the_warehouse_address_is_a_block_as_on_a_label(templates: JinjaTemplates) -> None:
    letter = templates.render(SAMPLES[NotificationKind.SALE_CONFIRMED], RECIPIENT)
    assert (
        "Ship it to:\n\n  Test Warehouse\n  1 Main Street\n  Portland, OR 97201\n  US\n\n"
    ) in letter.text
    assert "Portland, OR 97201<br>" in letter.html


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Condition.NEW, "Condition: new\n"),
        (Condition.USED, "Condition: used\n"),
        (Condition.DAMAGED_BOX, "Condition: new, in a damaged box\n"),
    ],
)
def test_a_seller_is_told_the_condition_of_the_pair(
    templates: JinjaTemplates, condition: Condition, words: str
) -> None:
    sample = SAMPLES[NotificationKind.SALE_CONFIRMED]
    assert isinstance(sample, SaleConfirmedNotice)
    letter = templates.render(replace(sample, shoe=in_condition(sample.shoe, condition)), RECIPIENT)
    assert words in letter.text


@pytest.mark.parametrize(
    ("condition", "ending"),
    [
        (Condition.NEW, "size 10.5"),
        (Condition.USED, "size 10.5, used"),
        (Condition.DAMAGED_BOX, "size 10.5, new, in a damaged box"),
    ],
)
def test_a_price_alert_names_the_condition_of_a_used_pair(
    templates: JinjaTemplates, condition: Condition, ending: str
) -> None:
    sample = SAMPLES[NotificationKind.PRICE_DROPPED]
    assert isinstance(sample, PriceDroppedNotice)
    letter = templates.render(replace(sample, shoe=in_condition(sample.shoe, condition)), RECIPIENT)
    assert letter.subject == f"Now $200.00: Nike Dunk Low White/Black, {ending}"
    assert letter.brief.startswith(f"Nike Dunk Low White/Black, {ending}: the lowest ask is ")


def test_a_letter_loads_no_external_content(templates: JinjaTemplates) -> None:
    for notice in SAMPLES.values():
        letter = templates.render(notice, RECIPIENT)
        # A link that the reader is meant to follow loads nothing by itself.
        html = letter.html.replace(str(getattr(notice, "url", None)), "")
        assert not re.search(r"<(img|link|script|style)|https?:|url\(", html)
        assert "\n\n\n" not in letter.text


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("{{ frist_name }}", "'frist_name' is undefined"),
        ("{{ first_name.street }}", "has no attribute 'street'"),
        ("{% if %}", "Expected an expression"),
        ("{% include 'nothing.txt' %}", "nothing.txt"),
    ],
)
def test_a_broken_template_raises_assertion_error(tmp_path: Path, words: str, problem: str) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "templates")
    (folder / "welcome.html").write_text(words)
    with pytest.raises(AssertionError, match=f"the templates for welcome are broken: .*{problem}"):
        JinjaTemplates(folder).render(WelcomeNotice(), RECIPIENT)


def test_a_missing_template_raises_assertion_error(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"welcome\.txt"):
        JinjaTemplates(tmp_path).render(WelcomeNotice(), RECIPIENT)


def test_a_seller_reads_the_fate_of_the_ask(templates: JinjaTemplates) -> None:
    sample = SAMPLES[NotificationKind.SALE_CANCELLED]
    assert isinstance(sample, SaleCancelledNotice)
    letters = [templates.render(notice, RECIPIENT) for notice in every_fate(sample)]
    for texts in ([letter.text for letter in letters], [letter.brief for letter in letters]):
        assert len(set(texts)) == len(texts)
    only_own = replace(sample, ask=AskFate.WITHDRAWN, withdrawal=WithdrawalReason.OWN_COUNTERPART)
    letter = templates.render(only_own, RECIPIENT)
    for text in (letter.text, letter.brief):
        assert "Your ask does not go back into its book. An ask never trades" in text


def test_a_buyer_reads_that_the_bid_ended_with_the_order(templates: JinjaTemplates) -> None:
    for kind in (NotificationKind.PAYMENT_DECLINED, NotificationKind.ORDER_CANCELLED):
        brief = templates.render(SAMPLES[kind], RECIPIENT).brief
        assert brief.endswith(" Your bid ended with the order.")


def test_a_letter_about_costs_names_only_those_that_changed(templates: JinjaTemplates) -> None:
    rise = FeesRise(SellerTerms(900, 500, 300), SellerTerms(900, 5_000, 300), asks=3)
    letter = templates.render(CostsRoseNotice(rise, None), RECIPIENT)
    assert "Minimum transaction fee: from $5.00 to $50.00" in letter.text
    assert "The minimum transaction fee is now $50.00 (it was $5.00)." in letter.brief
    for text in (letter.text, letter.brief, letter.html):
        assert "9 %" not in text
        assert "3 %" not in text


def test_withdrawn_quotes_are_listed_and_the_rest_counted(templates: JinjaTemplates) -> None:
    sample = SAMPLES[NotificationKind.QUOTES_WITHDRAWN]
    assert isinstance(sample, QuotesWithdrawnNotice)
    many = templates.render(replace(sample, count=1_000), RECIPIENT)
    assert many.subject == "1000 of your bids and asks were withdrawn"
    assert "- Bid of $195.00: Nike Dunk Low White/Black (DD1391-100), size 10.5, new" in many.text
    assert "- and 998 more" in many.text
    one = templates.render(replace(sample, count=1, offers=sample.offers[:1]), RECIPIENT)
    assert one.subject == "Your bid was withdrawn: Nike Dunk Low White/Black"
    assert "more" not in one.text


@pytest.mark.parametrize(
    ("reason", "buyer_reads", "seller_reads"),
    [
        (CancelReason.SELLER_CANCELLED, "The seller wrote: ", "You wrote: "),
        (CancelReason.ADMIN_CANCELLED, "Our staff wrote: ", "Our staff wrote: "),
    ],
)
def test_a_note_is_quoted_with_who_wrote_it(
    templates: JinjaTemplates, reason: CancelReason, buyer_reads: str, seller_reads: str
) -> None:
    order = SAMPLES[NotificationKind.ORDER_CANCELLED]
    sale = SAMPLES[NotificationKind.SALE_CANCELLED]
    assert isinstance(order, OrderCancelledNotice)
    assert isinstance(sale, SaleCancelledNotice)
    for notice, who in ((order, buyer_reads), (sale, seller_reads)):
        said = replace(notice, reason=reason, note='I "sold” it. See evil.example')
        letter = templates.render(said, RECIPIENT)
        assert f"{who}“I 'sold' it. See [link removed]”" in letter.text
        assert f"{who}“I 'sold' it. See [link removed]”" in unescape(letter.html)
