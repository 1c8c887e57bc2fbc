"""Letters about deliveries, refunds and complaints."""

from dataclasses import replace

import pytest

from solebook.adapters.mail.jinja_templates import JinjaTemplates
from solebook.entrypoints.cli.sample_notices import RECIPIENT, sample_notices
from solebook.ports.language.complaint_notices import OrderRefundedNotice, SaleRefundedNotice
from solebook.ports.language.complaints import ComplaintKind
from solebook.ports.language.notifications import NotificationKind, Warehouse
from solebook.ports.language.orders import DeliveryProof
from solebook.ports.language.trade_notices import (
    OrderCancelledNotice,
    OrderDeliveredNotice,
    SaleCancelledNotice,
)

WAREHOUSE = Warehouse("Test Warehouse", "1 Main Street", "Portland", "OR", "97201", "US")
SAMPLES = sample_notices(WAREHOUSE)


@pytest.fixture(scope="module")
def templates() -> JinjaTemplates:
    return JinjaTemplates()


@pytest.mark.parametrize(
    ("proof", "words", "misses_it"),
    [
        (DeliveryProof.BUYER, "You confirmed that your pair arrived", False),
        (DeliveryProof.ADMIN, "Our staff confirmed that your pair arrived", True),
        (DeliveryProof.CARRIER, "The carrier says that your pair arrived", True),
        (DeliveryProof.ASSUMED, "Nobody confirmed the delivery in time", True),
        (None, "counts as delivered", True),
    ],
)
def test_a_buyer_reads_the_proof_of_delivery_and_the_possible_complaints(
    templates: JinjaTemplates, proof: DeliveryProof | None, words: str, misses_it: bool
) -> None:
    sample = SAMPLES[NotificationKind.ORDER_DELIVERED]
    assert isinstance(sample, OrderDeliveredNotice)
    letter = templates.render(replace(sample, proof=proof), RECIPIENT)
    assert words in letter.text
    assert ("has not reached you" in letter.text) is misses_it
    assert "is not what you bought" in letter.text
    counts = proof in (DeliveryProof.ASSUMED, None)
    assert ("counts as delivered" in letter.text + letter.brief) is counts


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (NotificationKind.ORDER_REFUNDED, "That decides your complaint in your favour."),
        (NotificationKind.ORDER_CANCELLED, "That decides your complaint in your favour."),
        (NotificationKind.SALE_REFUNDED, "That decides the complaint for the buyer."),
        (NotificationKind.SALE_CANCELLED, "That decides the complaint for the buyer."),
    ],
)
def test_a_refund_that_decides_a_complaint_says_so_to_both(
    templates: JinjaTemplates, kind: NotificationKind, words: str
) -> None:
    sample = SAMPLES[kind]
    assert isinstance(
        sample,
        OrderRefundedNotice | OrderCancelledNotice | SaleRefundedNotice | SaleCancelledNotice,
    )
    without = templates.render(sample, RECIPIENT)
    letter = templates.render(replace(sample, complaint=ComplaintKind.NOT_AS_DESCRIBED), RECIPIENT)
    for text, other in ((letter.text, without.text), (letter.brief, without.brief)):
        assert words in text
        assert "complaint" not in other


def test_only_a_buyer_who_has_the_pair_reads_that_no_return_is_needed(
    templates: JinjaTemplates,
) -> None:
    sample = SAMPLES[NotificationKind.ORDER_REFUNDED]
    assert isinstance(sample, OrderRefundedNotice)
    for kind in ComplaintKind:
        letter = templates.render(replace(sample, complaint=kind), RECIPIENT)
        has_it = kind is ComplaintKind.NOT_AS_DESCRIBED
        assert ("You need not send the pair back." in letter.text) is has_it
