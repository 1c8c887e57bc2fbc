"""Actions on orders and their money."""

from pathlib import Path
from uuid import uuid4

import pytest

from solebook.composition.application import Application
from solebook.composition.engine import engine_of
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.audit import Act, AuditAction
from solebook.ports.language.complaints import ComplaintKind
from solebook.ports.language.orders import Order, OrderStatus
from solebook.ports.language.payments import Payout, PayoutState
from solebook.ports.language.users import OPERATOR, Actor, Role

from ..conftest import Run
from ..exchanges import SELLER, audit_log, traded, within
from ..test_main import one_line

REASON = "as the records show"
WHY = ("--reason", REASON)
STAFF = {
    "cancel-order": AuditAction.ORDER_CANCELLED,
    "freeze-payout": AuditAction.PAYOUT_FROZEN,
    "release-payout": AuditAction.PAYOUT_RELEASED,
    "refund": AuditAction.ORDER_REFUNDED,
    "pay-out": AuditAction.PAYOUT_REPEATED,
    "carrier-receipt": AuditAction.CARRIER_RECEIPT_NOTED,
    "decide-complaint": AuditAction.COMPLAINT_DECIDED,
}
MORE = {
    "refund": ("--borne-by", "exchange"),
    "decide-complaint": ("--in-favour-of", "seller"),
}


def last_act(folder: Path) -> Act:
    return audit_log(folder)[-1]


def order_now(folder: Path, order: Order) -> Order:
    async def work(app: Application) -> Order:
        return await app.adapters.store.orders.get(order.id)

    return within(folder, work)


def provider_names(folder: Path, order: Order) -> tuple[str | None, str | None]:
    """Return the provider's ids of the order's charge and refund."""

    async def work(app: Application) -> tuple[str | None, str | None]:
        payment = await app.adapters.store.payments.find(order.id)
        assert payment is not None
        return payment.charge_id, payment.refund_id

    return within(folder, work)


def complain(folder: Path, order: Order) -> None:
    async def work(app: Application) -> None:
        await app.orders.complain(
            Actor(order.buyer_id, frozenset({Role.BUYER})),
            order.id,
            kind=ComplaintKind.NOT_AS_DESCRIBED,
            reason="it is worn",
        )

    within(folder, work)


def test_an_order_is_shown_with_its_money_and_its_parcels(folder: Path, run: Run) -> None:
    order = traded(folder, OrderStatus.DELIVERED)
    complain(folder, order)
    charge, _ = provider_names(folder, order)
    shown = run("admin", "find-order", str(order.id))
    assert (shown.code, shown.err) == (0, "")
    assert [line[11:] for line in shown.out.splitlines()] == [
        str(order.id),
        "delivered",
        f"{order.book.product_id}  size 9  new",
        "300.00",
        str(order.buyer_id),
        str(order.seller_id),
        f"{order.matched_at:%Y-%m-%d %H:%M} UTC",
        "captured, 314.00",
        f"held, {order.payout_amount / 100:.2f}, frozen: complaint",
        "none",
        "not_as_described, open",
        "UPS 1Z999",
        "UPS 1Z999",
        charge,
        "none",
        "none",
    ]


def test_an_order_is_shown_with_the_providers_ids(folder: Path, run: Run) -> None:
    order = traded(folder, OrderStatus.DELIVERED)
    run("admin", "refund", str(order.id), "--borne-by", "exchange", *WHY)

    async def settle(app: Application) -> None:
        await Workers(app).settle()
        payout = Payout(
            order.id,
            order.seller_id,
            amount=order.payout_amount,
            debt_settled=0,
            state=PayoutState.PAID,
            created_at=order.updated_at,
            payout_id="po_3a4f",
        )
        async with app.adapters.store.transaction():
            await app.adapters.store.payouts.open_or_lock(payout)

    within(folder, settle)
    charge, refund = provider_names(folder, order)
    assert None not in (charge, refund)
    assert run("admin", "find-order", str(order.id)).out.splitlines()[-3:] == [
        f"charge id  {charge}",
        f"refund id  {refund}",
        "payout id  po_3a4f",
    ]


def test_an_order_is_cancelled(folder: Path, run: Run) -> None:
    order = traded(folder)
    done = run("admin", "cancel-order", str(order.id), *WHY)
    assert (done.code, done.out, done.err) == (0, f"order {order.id} is cancelled\n", "")
    assert order_now(folder, order).status is OrderStatus.CANCELLED
    act = last_act(folder)
    assert (act.action, act.actor_id, act.reason) == (
        AuditAction.ORDER_CANCELLED,
        OPERATOR.user_id,
        REASON,
    )


def test_a_payout_is_frozen_and_released(folder: Path, run: Run) -> None:
    order = traded(folder, OrderStatus.DELIVERED)
    frozen = run("admin", "freeze-payout", str(order.id), *WHY)
    assert (frozen.code, frozen.out) == (0, f"the payout of order {order.id} is frozen: admin\n")
    assert last_act(folder).action is AuditAction.PAYOUT_FROZEN
    again = run("admin", "freeze-payout", str(order.id), *WHY)
    assert (again.code, again.out, again.err) == (0, frozen.out, "")
    for _ in range(2):
        released = run("admin", "release-payout", str(order.id), *WHY)
        assert released.code == 0
        assert released.out == f"the payout of order {order.id} is not frozen\n"
    assert last_act(folder).action is AuditAction.PAYOUT_RELEASED
    assert not order_now(folder, order).freezes


@pytest.mark.parametrize("bearer", ["seller", "exchange", "buyer"])
def test_an_order_is_refunded_with_a_bearer(folder: Path, run: Run, bearer: str) -> None:
    order = traded(folder, OrderStatus.DELIVERED)
    done = run("admin", "refund", str(order.id), "--borne-by", bearer, *WHY)
    assert (done.code, done.err) == (0, "")
    amount = "300.00" if bearer == "buyer" else "314.00"
    assert done.out == f"order {order.id} is refunded: {amount}, borne by the {bearer}\n"
    act = last_act(folder)
    assert (act.action, act.facts["borne_by"]) == (AuditAction.ORDER_REFUNDED, bearer)


def test_a_refund_needs_a_bearer(folder: Path, run: Run) -> None:
    refused = run("admin", "refund", str(uuid4()), *WHY)
    assert refused.code == 2
    assert "--borne-by" in refused.err


def test_a_carriers_receipt_is_noted_once(folder: Path, run: Run) -> None:
    order = traded(folder, OrderStatus.SELLER_SHIPPING)
    done = run("admin", "carrier-receipt", str(order.id), *WHY)
    assert (done.code, done.err) == (0, "")
    assert done.out == f"it is noted for order {order.id} that the carrier had the pair\n"
    assert order_now(folder, order).carrier_had_it
    assert run("admin", "carrier-receipt", str(order.id), *WHY).code == 1


@pytest.mark.parametrize(
    "decision",
    [
        ("--in-favour-of", "seller"),
        ("--in-favour-of", "buyer", "--borne-by", "seller", "--waive-return"),
    ],
)
def test_a_complaint_is_decided(folder: Path, run: Run, decision: tuple[str, ...]) -> None:
    order = traded(folder, OrderStatus.DELIVERED)
    complain(folder, order)
    done = run("admin", "decide-complaint", str(order.id), *decision, *WHY)
    assert (done.code, done.err) == (0, "")
    assert done.out == f"the complaint about order {order.id} is decided\n"
    act = last_act(folder)
    assert (act.action, act.facts["in_favour_of"]) == (
        AuditAction.COMPLAINT_DECIDED,
        decision[1],
    )


def test_a_contradictory_decision_is_a_one_line_error(folder: Path, run: Run) -> None:
    order = traded(folder, OrderStatus.DELIVERED)
    complain(folder, order)
    refused = run("admin", "decide-complaint", str(order.id), "--in-favour-of", "buyer", *WHY)
    assert (refused.code, refused.out) == (1, "")
    assert "bears" in one_line(refused.err)


def test_a_write_off_cannot_exceed_the_debt(folder: Path, run: Run) -> None:
    order = traded(folder)

    async def break_it_off(app: Application) -> None:
        seller = Actor(order.seller_id, frozenset({Role.SELLER}))
        await app.orders.cancel_order(seller, order.id, reason="sold elsewhere")
        await engine_of(app).start()
        await Workers(app).settle()
        await engine_of(app).stop()

    within(folder, break_it_off)
    beyond = run("admin", "write-off", SELLER, "45.01", *WHY)
    assert (beyond.code, beyond.out) == (1, "")
    assert one_line(beyond.err) == (f"solebook: {SELLER} owes 45.00; no more can be written off")
    done = run("admin", "write-off", SELLER, "15", *WHY)
    assert (done.code, done.err) == (0, "")
    assert done.out == f"15.00 of the debt of {SELLER} is written off; they still owe 30.00\n"
    act = last_act(folder)
    assert (act.action, act.facts) == (
        AuditAction.DEBT_WRITTEN_OFF,
        {"amount": 1_500, "still_owed": 3_000},
    )
    assert "owes       30.00" in run("admin", "find-user", SELLER).out


@pytest.mark.parametrize("action", STAFF)
def test_an_unknown_order_is_a_one_line_error_without_an_audit_entry(
    folder: Path, run: Run, action: str
) -> None:
    nothing = str(uuid4())
    refused = run("admin", action, nothing, *MORE.get(action, ()), *WHY)
    assert (refused.code, refused.out) == (1, "")
    assert nothing in one_line(refused.err)
    assert audit_log(folder) == []


@pytest.mark.parametrize("action", STAFF)
def test_a_valid_reason_is_required(folder: Path, run: Run, action: str) -> None:
    order = traded(folder)
    before = audit_log(folder)
    arguments = ("admin", action, str(order.id), *MORE.get(action, ()))
    assert "--reason" in run(*arguments).err
    refused = run(*arguments, "--reason", "two\nlines")
    assert (refused.code, refused.out) == (1, "")
    assert one_line(refused.err).startswith("solebook: reason has a line break")
    assert audit_log(folder) == before


def test_frozen_orders_are_listed_until_they_are_released(folder: Path, run: Run) -> None:
    order = traded(folder)
    run("admin", "freeze-payout", str(order.id), *WHY)
    line, count = run("admin", "frozen-orders").out.splitlines()
    assert line == f"{order.id}  confirmed  {order.payout_amount / 100:.2f}  frozen: admin"
    assert count == "1 frozen order"
    run("admin", "release-payout", str(order.id), *WHY)
    assert run("admin", "frozen-orders").out == "no frozen orders\n"


def test_a_payout_that_is_not_owed_is_not_requested_again(folder: Path, run: Run) -> None:
    order = traded(folder)
    before = audit_log(folder)
    refused = run("admin", "pay-out", str(order.id), *WHY)
    assert (refused.code, refused.out) == (1, "")
    assert audit_log(folder) == before
