"""The contract of the payment provider: refunds and payouts."""

import pytest

from solebook.ports.language.errors import (
    PayoutDeclined,
    RefundDeclined,
    Unavailable,
)
from solebook.ports.language.payments import RefundState

from .rig import Rig


async def test_refund_gives_back_once(rig: Rig) -> None:
    charge_id, key = await rig.charged(21_400), rig.key()

    made = [
        await rig.provider.refund(key=key, charge_id=charge_id, amount=21_400) for _ in range(3)
    ]

    assert made[0] == made[1] == made[2]
    assert made[0].amount == 21_400
    assert await rig.held() == 0


async def test_refunds_never_exceed_their_charge(rig: Rig) -> None:
    charge_id = await rig.charged(21_400)
    await rig.charged(50_000)
    await rig.provider.refund(key=rig.key(), charge_id=charge_id, amount=20_000)

    key = rig.key()
    for _ in range(2):
        with pytest.raises(RefundDeclined):
            await rig.provider.refund(key=key, charge_id=charge_id, amount=1_401)
    assert await rig.held() == 51_400

    await rig.provider.refund(key=rig.key(), charge_id=charge_id, amount=1_400)
    assert await rig.held() == 50_000


async def test_unknown_charge_cannot_be_refunded(rig: Rig) -> None:
    await rig.charged(21_400)

    with pytest.raises(AssertionError):
        await rig.provider.refund(key=rig.key(), charge_id="ch_unknown", amount=100)

    assert await rig.held() == 21_400


async def test_payout_leaves_the_balance_once(rig: Rig) -> None:
    key, order_id = rig.key(), rig.order_id()
    await rig.charged(21_400, order_id)

    made = [
        await rig.provider.pay_out(key=key, order_id=order_id, account=rig.account, amount=17_600)
        for _ in range(3)
    ]

    assert made[0] == made[1] == made[2]
    assert made[0].amount == 17_600
    assert await rig.held() == 3_800


async def test_balance_of_the_platform_can_be_negative(rig: Rig) -> None:
    """An exchange that bears a refund pays the seller with its own money."""
    order_id = rig.order_id()
    charge_id = await rig.charged(21_400, order_id)
    await rig.provider.refund(key=rig.key(), charge_id=charge_id, amount=21_400)

    await rig.provider.pay_out(key=rig.key(), order_id=order_id, account=rig.account, amount=17_600)

    assert await rig.held() == -17_600


async def test_payout_to_a_closed_account_is_declined_every_time(rig: Rig) -> None:
    key, order_id = rig.key(), rig.order_id()
    await rig.charged(21_400, order_id)

    for _ in range(2):
        with pytest.raises(PayoutDeclined):
            await rig.provider.pay_out(
                key=key, order_id=order_id, account=rig.closed_account, amount=17_600
            )

    assert await rig.held() == 21_400


async def test_payout_with_a_lost_answer_is_settled_by_a_retry(rig: Rig) -> None:
    key, order_id = rig.key(), rig.order_id()
    await rig.charged(21_400, order_id)
    account = await rig.account_whose_answer_is_lost()

    async def pay_out() -> None:
        await rig.provider.pay_out(key=key, order_id=order_id, account=account, amount=17_600)

    with pytest.raises(Unavailable):
        await pay_out()
    assert await rig.held() == 3_800
    await pay_out()
    await pay_out()
    assert await rig.held() == 3_800


@pytest.mark.parametrize("amount", [0, -100])
async def test_zero_or_negative_amount_is_refused(rig: Rig, amount: int) -> None:
    charge_id = await rig.charged(21_400)

    with pytest.raises(AssertionError):
        await rig.charged(amount)
    with pytest.raises(AssertionError):
        await rig.provider.refund(key=rig.key(), charge_id=charge_id, amount=amount)
    with pytest.raises(AssertionError):
        await rig.provider.pay_out(
            key=rig.key(), order_id=rig.order_id(), account=rig.account, amount=amount
        )

    assert await rig.held() == 21_400


async def test_refund_that_failed_is_found_and_its_money_is_back(rig: Rig) -> None:
    charge_id = await rig.charged(21_400)
    made = await rig.provider.refund(key=rig.key(), charge_id=charge_id, amount=21_400)
    await rig.fail_refund(made.id)
    found = await rig.provider.find_refund(made.id)
    assert found is not None
    assert (found.state, found.reason) == (RefundState.FAILED, "expired_or_canceled_card")
    assert await rig.held() == 21_400
    again = await rig.provider.refund(key=rig.key(), charge_id=charge_id, amount=21_400)
    assert again.id != made.id
    assert await rig.held() == 0
