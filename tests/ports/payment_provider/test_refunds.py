"""The contract of refunds, also with localstripe, which can charge and refund."""

import pytest

from solebook.ports.language.payments import RefundState

from .rig import RefundRig


async def test_repeated_refund_is_one(refund_rig: RefundRig) -> None:
    charge_id, key = await refund_rig.charged(21_400), refund_rig.key()

    made = [
        await refund_rig.provider.refund(key=key, charge_id=charge_id, amount=1_000)
        for _ in range(3)
    ]

    assert made[0] == made[1] == made[2]
    assert made[0].amount == 1_000
    assert [each.id for each in await refund_rig.provider.refunds_of(charge_id)] == [made[0].id]


async def test_refunds_of_a_charge_are_its_own(refund_rig: RefundRig) -> None:
    one, other = await refund_rig.charged(21_400), await refund_rig.charged(5_000)
    made = {
        (await refund_rig.provider.refund(key=refund_rig.key(), charge_id=one, amount=amount)).id
        for amount in (100, 200, 300)
    }

    assert {each.id for each in await refund_rig.provider.refunds_of(one)} == made
    assert await refund_rig.provider.refunds_of(other) == []


async def test_refund_of_an_unknown_charge_is_a_mistake(refund_rig: RefundRig) -> None:
    with pytest.raises(AssertionError):
        await refund_rig.provider.refund(key=refund_rig.key(), charge_id="ch_unknown", amount=100)


async def test_each_refund_of_a_charge_has_a_unique_name(refund_rig: RefundRig) -> None:
    charge_id = await refund_rig.charged(21_400)

    first = await refund_rig.provider.refund(key=refund_rig.key(), charge_id=charge_id, amount=100)
    second = await refund_rig.provider.refund(key=refund_rig.key(), charge_id=charge_id, amount=100)

    assert first.id != second.id


async def test_refund_is_found_as_it_is_now(refund_rig: RefundRig) -> None:
    order_id = refund_rig.order_id()
    charge_id = await refund_rig.charged(21_400, order_id)
    made = await refund_rig.provider.refund(key=refund_rig.key(), charge_id=charge_id, amount=1_000)
    found = await refund_rig.provider.find_refund(made.id)
    assert found is not None
    assert (found.id, found.charge_id, found.amount) == (made.id, charge_id, 1_000)
    assert (found.state, found.order_id) == (RefundState.MADE, order_id)
    assert await refund_rig.provider.find_refund("re_0") is None
