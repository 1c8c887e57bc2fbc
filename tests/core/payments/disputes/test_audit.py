"""What an admin answered a bank is in the audit log, whatever happens while the bank is asked."""

import pytest

from solebook.ports.language.audit import AuditAction
from solebook.ports.language.errors import DisputeNotOpen, Unavailable
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.paging import PageRequest

from ....exchange import Exchange
from .stories import decide, dispute, only

WHY = {"reason": "it was delivered"}


async def actions(exchange: Exchange) -> list[AuditAction]:
    page = await exchange.store.audit_log.page(PageRequest(limit=100))
    return [entry.act.action for entry in page.items]


@pytest.mark.parametrize(
    ("act", "action"),
    [
        ("submit_evidence", AuditAction.EVIDENCE_SUBMITTED),
        ("accept_dispute", AuditAction.DISPUTE_ACCEPTED),
    ],
)
async def test_answer_is_in_the_audit_log_before_the_bank_has_it(
    exchange: Exchange, act: str, action: AuditAction
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await dispute(exchange, order)
    exchange.line.is_cut = True
    with pytest.raises(Unavailable):
        await getattr(exchange.app.disputes, act)(exchange.admin, (await only(exchange)).id, **WHY)
    exchange.line.is_cut = False
    assert (await actions(exchange))[0] is action


@pytest.mark.parametrize("act", ["submit_evidence", "accept_dispute"])
async def test_answer_to_a_dispute_that_is_won_leaves_no_entry(
    exchange: Exchange, act: str
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    name = await dispute(exchange, order)
    await decide(exchange, name, won=True)
    before = await actions(exchange)
    with pytest.raises(DisputeNotOpen):
        await getattr(exchange.app.disputes, act)(exchange.admin, (await only(exchange)).id, **WHY)
    assert await actions(exchange) == before
