"""Contract of PaymentProvider: the records of all money that it moved."""

import pytest

from solebook.ports.language.errors import ChargeDeclined, PayoutDeclined, Unavailable
from solebook.ports.language.ids import OrderId
from solebook.ports.language.movements import Movement, MovementKind
from solebook.ports.language.payments import Charge

from .rig import Rig


async def charge(rig: Rig, order_id: OrderId, amount: int = 20_000) -> Charge:
    charged = await rig.provider.charge(
        key=f"{order_id}:charge", order_id=order_id, payment_method=rig.card, amount=amount
    )
    assert isinstance(charged, Charge)
    return charged


async def everything(rig: Rig, limit: int = 1) -> list[Movement]:
    """Return all movements, read page by page."""
    found: list[Movement] = []
    page = await rig.provider.movements("", limit)
    while page:
        found += page
        page = await rig.provider.movements(page[-1].place, limit)
    return found


async def test_a_provider_that_moved_nothing_has_no_movements(rig: Rig) -> None:
    assert await everything(rig) == []
    assert await rig.provider.movements_of([rig.order_id()]) == []
    assert await rig.provider.movements_of([]) == []


async def test_charges_refunds_and_payouts_are_movements_oldest_first(rig: Rig) -> None:
    order_id = rig.order_id()
    charged = await charge(rig, order_id)
    refund = await rig.provider.refund(key="refund", charge_id=charged.id, amount=500)
    payout = await rig.provider.pay_out(
        key="payout", order_id=order_id, account=rig.account, amount=18_000
    )
    found = await everything(rig)
    assert [(m.kind, m.name, m.amount, m.order_id, m.charge_id) for m in found] == [
        (MovementKind.CHARGE, charged.id, 20_000, order_id, None),
        (MovementKind.REFUND, refund.id, 500, order_id, charged.id),
        (MovementKind.PAYOUT, payout.id, 18_000, order_id, None),
    ]
    assert await rig.provider.movements_of([order_id]) == found
    assert sum(movement.gross for movement in found) == 20_000 - 500 - 18_000
    assert sum(movement.change for movement in found) == await rig.provider.balance()


async def test_the_fee_of_a_charge_is_in_its_movement(rig: Rig) -> None:
    order_id = rig.order_id()
    await rig.provider.charge(
        key="charge", order_id=order_id, payment_method=rig.card_with_a_fee, amount=20_000
    )
    [charged] = await everything(rig)
    assert (charged.amount, charged.fee, charged.change) == (20_000, 610, 19_390)
    assert await rig.provider.balance() == 19_390
    assert await rig.provider.movements_of([order_id]) == [charged]


async def test_what_is_between_the_provider_and_the_exchange_is_a_movement_of_no_order(
    rig: Rig,
) -> None:
    await charge(rig, rig.order_id())
    withdrawal = await rig.withdraw(5_000)
    await rig.return_withdrawal(withdrawal)
    top_up = await rig.top_up(700)
    await rig.take_fee(25)

    _, *found = await everything(rig)

    assert [(m.kind, m.amount, m.gross, m.order_id) for m in found] == [
        (MovementKind.WITHDRAWAL, 5_000, -5_000, None),
        (MovementKind.WITHDRAWAL_FAILURE, 5_000, 5_000, None),
        (MovementKind.TOP_UP, 700, 700, None),
        (MovementKind.FEE, 25, -25, None),
    ]
    assert [movement.name for movement in found[:3]] == [withdrawal, withdrawal, top_up]
    everything_moved = sum(movement.change for movement in await everything(rig))
    assert everything_moved == await rig.provider.balance()


async def test_a_repeated_call_is_one_movement(rig: Rig) -> None:
    order_id = rig.order_id()
    await charge(rig, order_id)
    await charge(rig, order_id)
    assert len(await everything(rig)) == 1


async def test_a_lost_answer_is_a_movement_and_a_refusal_is_none(rig: Rig) -> None:
    lost, declined = rig.order_id(), rig.order_id()
    for order_id, card, error in (
        (lost, await rig.card_whose_answer_is_lost(), Unavailable),
        (declined, rig.declined_card, ChargeDeclined),
    ):
        with pytest.raises(error):
            await rig.provider.charge(
                key=f"{order_id}:charge", order_id=order_id, payment_method=card, amount=100
            )
    with pytest.raises(PayoutDeclined):
        await rig.provider.pay_out(
            key="payout", order_id=declined, account=rig.closed_account, amount=100
        )
    assert [movement.order_id for movement in await everything(rig)] == [lost]


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
async def test_pages_of_any_size_have_every_movement_once(rig: Rig, limit: int) -> None:
    orders = [rig.order_id() for _ in range(5)]
    for order_id in orders:
        await charge(rig, order_id)
    found = await everything(rig, limit)
    assert [movement.order_id for movement in found] == orders
    assert len({movement.place for movement in found}) == len(orders)


async def test_the_movements_of_some_orders_are_only_theirs(rig: Rig) -> None:
    orders = [rig.order_id() for _ in range(4)]
    for order_id in orders:
        await charge(rig, order_id)
    found = await rig.provider.movements_of([orders[3], orders[1], rig.order_id()])
    assert [movement.order_id for movement in found] == [orders[1], orders[3]]
