"""The contract of the payment provider: charges that the buyer authenticates, and cancelling."""

import asyncio

import pytest

from solebook.ports.language.errors import ChargeDeclined
from solebook.ports.language.ids import OrderId
from solebook.ports.language.payments import (
    AcceptedCharge,
    CancelledCharge,
    Charge,
    ChargeNeedsBuyer,
    DeclinedCharge,
)

from .rig import Rig


async def charge(rig: Rig, order_id: OrderId, card: str | None = None) -> AcceptedCharge:
    return await rig.provider.charge(
        key=f"{order_id}:charge",
        order_id=order_id,
        payment_method=card or rig.card_that_needs_buyer,
        amount=21_400,
        description="Air Jordan 1",
        statement="DD1391-100",
    )


async def waiting(rig: Rig, order_id: OrderId) -> ChargeNeedsBuyer:
    needed = await charge(rig, order_id)
    assert isinstance(needed, ChargeNeedsBuyer)
    return needed


async def test_a_charge_that_needs_the_buyer_has_a_link_and_no_money(rig: Rig) -> None:
    order_id = rig.order_id()

    needed = await waiting(rig, order_id)

    assert needed.amount == 21_400
    assert needed.url.startswith("http")
    assert needed.url not in repr(needed)
    assert await charge(rig, order_id) == await rig.provider.find_charge(order_id) == needed
    assert await rig.held() == 0
    assert await rig.provider.movements("", 10) == []


async def test_a_charge_that_the_buyer_authenticates_succeeds(rig: Rig) -> None:
    order_id = rig.order_id()
    needed = await waiting(rig, order_id)

    await rig.authenticate(needed.id, passes=True)

    paid = Charge(needed.id, 21_400)
    assert await charge(rig, order_id) == await rig.provider.find_charge(order_id) == paid
    assert await rig.held() == 21_400


async def test_a_charge_whose_authentication_fails_is_declined(rig: Rig) -> None:
    order_id = rig.order_id()
    needed = await waiting(rig, order_id)

    await rig.authenticate(needed.id, passes=False)

    found = await rig.provider.find_charge(order_id)
    assert isinstance(found, DeclinedCharge)
    for _ in range(2):
        with pytest.raises(ChargeDeclined) as declined:
            await charge(rig, order_id)
        assert declined.value.reason == found.reason
    assert await rig.held() == 0


@pytest.mark.parametrize("names_it", [True, False])
async def test_a_charge_that_was_cancelled_is_never_paid(rig: Rig, names_it: bool) -> None:
    order_id = rig.order_id()
    needed = await waiting(rig, order_id)

    outcomes = [
        await rig.provider.cancel_charge(order_id, needed.id if names_it else None)
        for _ in range(2)
    ]

    cancelled = CancelledCharge(needed.id, 21_400)
    assert outcomes == [cancelled, cancelled]
    assert await charge(rig, order_id) == await rig.provider.find_charge(order_id) == cancelled
    with pytest.raises(AssertionError):
        await rig.authenticate(needed.id, passes=True)
    assert await rig.held() == 0


async def test_cancelling_what_was_paid_returns_the_charge(rig: Rig) -> None:
    order_id = rig.order_id()
    needed = await waiting(rig, order_id)
    await rig.authenticate(needed.id, passes=True)

    assert await rig.provider.cancel_charge(order_id) == Charge(needed.id, 21_400)
    assert await rig.held() == 21_400


async def test_cancelling_what_was_declined_returns_the_decline(rig: Rig) -> None:
    by_bank, by_buyer = rig.order_id(), rig.order_id()
    with pytest.raises(ChargeDeclined):
        await charge(rig, by_bank, rig.declined_card)
    needed = await waiting(rig, by_buyer)
    await rig.authenticate(needed.id, passes=False)
    failed = await rig.provider.find_charge(by_buyer)

    for _ in range(2):
        assert await rig.provider.cancel_charge(by_bank) == DeclinedCharge(rig.decline)
        assert await rig.provider.cancel_charge(by_buyer) == failed


async def test_an_order_without_a_charge_has_nothing_to_cancel(rig: Rig) -> None:
    other = rig.order_id()
    needed = await waiting(rig, other)

    assert await rig.provider.cancel_charge(rig.order_id()) is None
    assert await rig.provider.find_charge(other) == needed


async def test_a_buyer_who_pays_while_it_is_cancelled_is_charged_or_not_but_not_both(
    rig: Rig,
) -> None:
    for _ in range(5):
        order_id, before = rig.order_id(), await rig.held()
        needed = await waiting(rig, order_id)

        outcome, paid = await asyncio.gather(
            rig.provider.cancel_charge(order_id),
            rig.authenticate(needed.id, passes=True),
            return_exceptions=True,
        )

        if isinstance(outcome, Charge):
            assert paid is None
        else:
            assert isinstance(outcome, CancelledCharge)
            assert isinstance(paid, AssertionError)
        brought = 21_400 if isinstance(outcome, Charge) else 0
        assert await rig.held() - before == brought


async def test_an_unknown_charge_has_no_receipt(rig: Rig) -> None:
    with pytest.raises(AssertionError):
        await rig.provider.receipt("ch_unknown")


async def test_the_receipt_of_a_charge_is_a_page_if_there_is_any(rig: Rig) -> None:
    receipt = await rig.provider.receipt(await rig.charged(21_400))
    assert receipt is None or receipt.startswith("http")
