"""Unasked actions at the embedded provider are recorded and reported."""

from pathlib import Path
from uuid import UUID

import pytest

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.dashboard import Dashboard
from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider
from solebook.adapters.embedded.sqlite_journal import SqliteJournal
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.language.errors import PayoutDeclined, RefundDeclined, Unavailable
from solebook.ports.language.ids import OrderId
from solebook.ports.language.payments import Charge, Webhook, WebhookKind

from .conftest import OpenProvider

ORDER = OrderId(UUID(int=1))


async def charge(provider: EmbeddedPaymentProvider, card: str = tokens.CARD) -> Charge:
    charged = await provider.charge(
        key="charge", order_id=ORDER, payment_method=card, amount=21_401
    )
    assert isinstance(charged, Charge)
    return charged


async def latest(provider: EmbeddedPaymentProvider) -> Webhook:
    *_, webhook = await provider.webhooks()
    return provider.parse_webhook(*webhook)


async def test_an_unasked_refund_lowers_the_balance_and_is_reported(
    open_provider: OpenProvider,
) -> None:
    provider = open_provider()
    charged = await charge(provider)

    made = await Dashboard(provider.journal).refund(charged.id, 100)

    event = await latest(provider)
    assert (event.kind, event.amount) == (WebhookKind.CHARGE_REFUNDED, 100)
    assert (event.order_id, event.charge_id) == (ORDER, charged.id)
    assert event.reference == made.id
    assert await provider.balance() == 21_301
    with pytest.raises(RefundDeclined):
        await Dashboard(provider.journal).refund(charged.id, 21_302)


async def test_an_unasked_refund_lowers_the_refundable_amount(
    open_provider: OpenProvider,
) -> None:
    provider = open_provider()
    charged = await charge(provider)
    await Dashboard(provider.journal).refund(charged.id, 100)

    with pytest.raises(RefundDeclined):
        await provider.refund(key="all", charge_id=charged.id, amount=21_401)
    await provider.refund(key="rest", charge_id=charged.id, amount=21_301)

    assert await provider.balance() == 0


async def test_actions_are_in_the_journal_of_every_process(
    open_provider: OpenProvider, path: Path, clock: VirtualClock
) -> None:
    provider = open_provider()
    charged = await charge(provider)
    journal = SqliteJournal(path)
    await Dashboard(journal).refund(charged.id, 100)
    await Dashboard(journal).refund(charged.id, 100)
    paid = await Dashboard(journal).pay_out(ORDER, 5_000)
    journal.close()

    assert await provider.balance() == 16_201
    await Dashboard(provider.journal).return_payout(paid.id)

    again = open_provider()
    assert await again.balance() == 21_201
    assert len(await again.webhooks()) == 5
    assert len({body for body, _ in await again.webhooks()}) == 5


async def test_a_payout_is_returned_once_and_reported_as_failed(
    open_provider: OpenProvider,
) -> None:
    provider = open_provider()
    await charge(provider)
    paid = await provider.pay_out(key="pay", order_id=ORDER, account=tokens.ACCOUNT, amount=17_600)

    await Dashboard(provider.journal).return_payout(paid.id)

    event = await latest(provider)
    assert (event.kind, event.amount) == (WebhookKind.PAYOUT_FAILED, 17_600)
    assert (event.order_id, event.reference) == (ORDER, paid.id)
    assert await provider.balance() == 21_401
    with pytest.raises(AssertionError):
        await Dashboard(provider.journal).return_payout(paid.id)
    with pytest.raises(AssertionError):
        await Dashboard(provider.journal).return_payout("po_unknown")


async def test_a_payout_is_returned_in_parts_and_each_report_has_the_total(
    open_provider: OpenProvider,
) -> None:
    provider = open_provider()
    await charge(provider)
    paid = await provider.pay_out(key="pay", order_id=ORDER, account=tokens.ACCOUNT, amount=17_600)

    await Dashboard(provider.journal).return_payout(paid.id, 5_000)
    assert (await latest(provider)).amount == 5_000
    with pytest.raises(AssertionError, match="12600"):
        await Dashboard(provider.journal).return_payout(paid.id, 12_601)
    await Dashboard(open_provider().journal).return_payout(paid.id)
    assert (await latest(provider)).amount == 17_600
    assert await provider.balance() == 21_401


async def test_money_can_move_for_no_order(open_provider: OpenProvider) -> None:
    provider = open_provider()
    dashboard = Dashboard(provider.journal)

    charged = await dashboard.charge(None, 5_000)
    assert (await latest(provider)).order_id is None
    await dashboard.refund(charged.id, 1_000)
    assert (await latest(provider)).order_id is None
    await dashboard.pay_out(None, 1_000)

    assert await provider.balance() == 3_000
    with pytest.raises(PayoutDeclined):
        await dashboard.pay_out(None, 100, tokens.CLOSED_ACCOUNT)


@pytest.mark.parametrize(
    ("card", "moved"), [(tokens.CARD_CHARGED_HALF, 10_701), (tokens.CARD_CHARGED_DOUBLE, 42_802)]
)
async def test_a_wrong_amount_is_charged_answered_and_reported(
    open_provider: OpenProvider, card: str, moved: int
) -> None:
    provider = open_provider()

    charged = await charge(provider, card)

    assert charged.amount == moved
    assert await provider.find_charge(ORDER) == charged
    assert (await latest(provider)).amount == moved
    assert await provider.balance() == moved
    with pytest.raises(RefundDeclined):
        await provider.refund(key="much", charge_id=charged.id, amount=moved + 1)
    await provider.refund(key="all", charge_id=charged.id, amount=moved)


@pytest.mark.parametrize(
    ("account", "moved"), [(tokens.ACCOUNT_PAID_HALF, 501), (tokens.ACCOUNT_PAID_DOUBLE, 2_002)]
)
async def test_a_wrong_amount_is_paid_answered_and_reported(
    open_provider: OpenProvider, account: str, moved: int
) -> None:
    provider = open_provider()
    await charge(provider)

    paid = await provider.pay_out(key="pay", order_id=ORDER, account=account, amount=1_001)

    assert paid.amount == moved
    assert (await latest(provider)).amount == moved
    assert await provider.balance() == 21_401 - moved


async def test_a_refund_whose_answer_was_lost_is_answered_on_retry(
    open_provider: OpenProvider,
) -> None:
    provider = open_provider()
    charged = await charge(provider, tokens.CARD_WHOSE_REFUNDS_TIME_OUT)

    with pytest.raises(Unavailable):
        await provider.refund(key="refund", charge_id=charged.id, amount=400)
    told = await latest(provider)
    made = await provider.refund(key="refund", charge_id=charged.id, amount=400)

    assert told.reference == made.id
    assert await provider.balance() == 21_001
