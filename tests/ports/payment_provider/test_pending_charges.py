"""The contract of the payment provider: charges whose outcome comes later."""

import pytest

from solebook.adapters.embedded import tokens
from solebook.ports.language.errors import ChargeDeclined
from solebook.ports.language.payments import (
    AcceptedCharge,
    Charge,
    DeclinedCharge,
    PendingCharge,
)

from .rig import Rig


async def test_pending_charge_holds_no_money_and_stays_pending_until_decided(
    rig_with_pending_charges: Rig,
) -> None:
    rig = rig_with_pending_charges
    key, order_id = rig.key(), rig.order_id()

    pending = [
        await rig.provider.charge(
            key=key, order_id=order_id, payment_method=tokens.CARD_THAT_STAYS_PENDING, amount=21_400
        )
        for _ in range(2)
    ]

    assert isinstance(pending[0], PendingCharge)
    assert pending[0] == pending[1] == await rig.provider.find_charge(order_id)
    assert await rig.provider.balance() == 0


@pytest.mark.parametrize("asks_again", [True, False])
async def test_pending_charge_that_succeeds_is_returned_by_a_look_up(
    rig_with_pending_charges: Rig, asks_again: bool
) -> None:
    rig = rig_with_pending_charges
    key, order_id = rig.key(), rig.order_id()

    async def charge() -> AcceptedCharge:
        return await rig.provider.charge(
            key=key,
            order_id=order_id,
            payment_method=tokens.CARD_THAT_IS_CHARGED_LATER,
            amount=21_400,
        )

    pending = await charge()
    assert isinstance(pending, PendingCharge)
    decided = await charge() if asks_again else await rig.provider.find_charge(order_id)

    assert decided == Charge(pending.id, 21_400)
    assert await charge() == await rig.provider.find_charge(order_id) == decided
    assert await rig.provider.balance() == 21_400


async def test_pending_charge_that_is_declined_is_returned_by_a_look_up(
    rig_with_pending_charges: Rig,
) -> None:
    rig = rig_with_pending_charges
    key, order_id = rig.key(), rig.order_id()

    async def charge() -> AcceptedCharge:
        return await rig.provider.charge(
            key=key,
            order_id=order_id,
            payment_method=tokens.CARD_THAT_IS_DECLINED_LATER,
            amount=21_400,
        )

    assert isinstance(await charge(), PendingCharge)
    found = await rig.provider.find_charge(order_id)
    assert isinstance(found, DeclinedCharge)
    with pytest.raises(ChargeDeclined) as declined:
        await charge()
    assert declined.value.reason == found.reason
    assert await rig.provider.balance() == 0


async def test_a_pending_charge_is_no_movement(rig_with_pending_charges: Rig) -> None:
    rig = rig_with_pending_charges
    await rig.provider.charge(
        key=rig.key(),
        order_id=rig.order_id(),
        payment_method=tokens.CARD_THAT_STAYS_PENDING,
        amount=100,
    )
    assert await rig.provider.movements("", 10) == []
