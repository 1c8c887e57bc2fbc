"""The contract of the payment provider: charges."""

import asyncio

import pytest

from solebook.ports.language.errors import (
    ChargeDeclined,
    Unavailable,
)
from solebook.ports.language.payments import Charge, DeclinedCharge

from .rig import Rig


async def test_charge_is_held_and_found_by_its_order(rig: Rig) -> None:
    order_id = rig.order_id()
    assert await rig.provider.find_charge(order_id) is None

    charge = await rig.provider.charge(
        key=rig.key(), order_id=order_id, payment_method=rig.card, amount=21_400
    )

    assert charge.amount == 21_400
    assert await rig.provider.find_charge(order_id) == charge
    assert await rig.provider.find_charge(rig.order_id()) is None
    assert await rig.held() == 21_400


async def test_repeated_charge_charges_once(rig: Rig) -> None:
    key, order_id = rig.key(), rig.order_id()

    charges = [
        await rig.provider.charge(
            key=key, order_id=order_id, payment_method=rig.card, amount=21_400
        )
        for _ in range(3)
    ]

    assert charges[0] == charges[1] == charges[2]
    assert await rig.held() == 21_400


async def test_concurrent_identical_charges_charge_once(rig: Rig) -> None:
    key, order_id = rig.key(), rig.order_id()

    charges = await asyncio.gather(
        *(
            rig.provider.charge(key=key, order_id=order_id, payment_method=rig.card, amount=21_400)
            for _ in range(8)
        )
    )

    assert len(set(charges)) == 1
    assert await rig.held() == 21_400


async def test_declined_card_is_declined_every_time_and_charges_nothing(rig: Rig) -> None:
    key, order_id = rig.key(), rig.order_id()
    reasons = set()

    for _ in range(2):
        with pytest.raises(ChargeDeclined) as refusal:
            await rig.provider.charge(
                key=key, order_id=order_id, payment_method=rig.declined_card, amount=21_400
            )
        reasons.add(refusal.value.reason)

    assert reasons == {rig.decline}
    assert await rig.provider.find_charge(order_id) == DeclinedCharge(rig.decline)
    assert await rig.held() == 0


async def test_declined_charge_can_be_retried_under_another_key(rig: Rig) -> None:
    order_id = rig.order_id()
    with pytest.raises(ChargeDeclined):
        await rig.provider.charge(
            key=rig.key(), order_id=order_id, payment_method=rig.declined_card, amount=21_400
        )

    charge = await rig.provider.charge(
        key=rig.key(), order_id=order_id, payment_method=rig.card, amount=21_400
    )

    assert await rig.provider.find_charge(order_id) == charge


async def test_key_reused_with_other_data_raises_an_assertion(rig: Rig) -> None:
    key, order_id = rig.key(), rig.order_id()
    charge = await rig.provider.charge(
        key=key, order_id=order_id, payment_method=rig.card, amount=21_400
    )

    with pytest.raises(AssertionError):
        await rig.provider.charge(
            key=key, order_id=order_id, payment_method=rig.card, amount=21_500
        )
    with pytest.raises(AssertionError):
        await rig.provider.charge(
            key=key, order_id=rig.order_id(), payment_method=rig.card, amount=21_400
        )
    with pytest.raises(AssertionError):
        await rig.provider.charge(
            key=key, order_id=order_id, payment_method=rig.declined_card, amount=21_400
        )
    with pytest.raises(AssertionError):
        await rig.provider.refund(key=key, charge_id=charge.id, amount=21_400)

    assert await rig.held() == 21_400


async def test_lost_request_has_no_effect_until_it_is_retried(rig: Rig) -> None:
    key, order_id = rig.key(), rig.order_id()
    card = await rig.card_whose_request_is_lost()

    async def charge() -> str:
        done = await rig.provider.charge(
            key=key, order_id=order_id, payment_method=card, amount=21_400
        )
        return done.id

    with pytest.raises(Unavailable):
        await charge()
    assert await rig.provider.find_charge(order_id) is None
    assert await rig.held() == 0

    assert await charge() == await charge()
    assert await rig.held() == 21_400


async def test_charge_with_a_lost_answer_is_settled_by_a_retry(rig: Rig) -> None:
    key, order_id = rig.key(), rig.order_id()
    card = await rig.card_whose_answer_is_lost()

    async def charge() -> str:
        done = await rig.provider.charge(
            key=key, order_id=order_id, payment_method=card, amount=21_400
        )
        return done.id

    with pytest.raises(Unavailable):
        await charge()
    found = await rig.provider.find_charge(order_id)
    assert isinstance(found, Charge)
    assert await rig.held() == 21_400

    assert [await charge(), await charge()] == [found.id, found.id]
    assert await rig.held() == 21_400
