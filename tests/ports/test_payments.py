"""The contracts of Payments, SellerRecords and Webhooks."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.orders import PaymentStatus
from solebook.ports.language.payments import (
    Account,
    AccountKind,
    Payment,
    Quarter,
    SalesVolume,
    Webhook,
    WebhookKind,
)

from .records import Records

WORLD = Account(AccountKind.WORLD)
FEES = Account(AccountKind.FEES)


# ---- Payments ------------------------------------------------------------------------------------


async def put_payment(store: Store, payment: Payment) -> None:
    """Open a payment, or replace the existing one."""
    async with store.transaction():
        await store.payments.open_or_lock(payment)
        await store.payments.save(payment)


async def test_of_payments_that_are_opened_for_an_order_the_first_is_kept(
    store: Store, records: Records
) -> None:
    first = records.payment()
    second = replace(first, payment_method="pm_2")

    async def opened(payment: Payment) -> Payment:
        async with store.transaction():
            return await store.payments.open_or_lock(payment)

    assert [await opened(first), await opened(second)] == [first, first]
    assert await store.payments.find(first.order_id) == first


async def test_a_payment_that_was_never_opened_cannot_be_saved(
    store: Store, records: Records
) -> None:
    with pytest.raises(AssertionError):
        async with store.transaction():
            await store.payments.save(records.payment())


async def test_of_payments_saved_in_one_transaction_the_last_counts(
    store: Store, records: Records
) -> None:
    payment, other = records.payment(), records.payment()
    async with store.transaction():
        for opened in (payment, other):
            await store.payments.open_or_lock(opened)
        for reason in ("one", "two"):
            await store.payments.save(replace(payment, reason=reason))
            await store.payments.save(replace(other, reason=reason))
            assert await store.payments.find(payment.order_id) == replace(payment, reason=reason)
        await store.payments.save(replace(payment, charge_id="ch_1"))
        assert await store.payments.order_of("ch_1") == payment.order_id
        assert await store.payments.open_or_lock(payment) == replace(payment, charge_id="ch_1")
    assert await store.payments.find(other.order_id) == replace(other, reason="two")


async def test_a_payment_is_found_by_its_order(store: Store, records: Records) -> None:
    payment, other = records.payment(), records.payment(buyer_id=records.user_id())
    await put_payment(store, payment)
    await put_payment(store, other)
    assert await store.payments.find(payment.order_id) == payment
    assert await store.payments.find(other.order_id) == other
    assert await store.payments.find(records.order_id()) is None


async def test_payments_are_looked_up_together(store: Store, records: Records) -> None:
    one, two, other = [records.payment() for _ in range(3)]
    for each in (one, two, other):
        await put_payment(store, each)
    found = await store.payments.look_up([one.order_id, two.order_id, records.order_id()])
    assert found == {one.order_id: one, two.order_id: two}


async def test_the_order_of_a_payment_is_found_by_its_charge(
    store: Store, records: Records
) -> None:
    payment, other = records.payment(), records.payment()
    charged = replace(payment, charge_id="ch_1", refunded=100, refund_asked=21_300)
    for each in (payment, other, charged):
        await put_payment(store, each)
    assert await store.payments.order_of("ch_1") == charged.order_id
    assert await store.payments.order_of("ch_2") is None
    assert await store.payments.find(payment.order_id) == charged


async def test_a_charge_that_was_taken_back_names_no_payment(
    store: Store, records: Records
) -> None:
    payment = records.payment()
    await put_payment(store, payment)
    with suppress(RuntimeError):
        async with store.transaction():
            await store.payments.save(replace(payment, charge_id="ch_1"))
            raise RuntimeError
    assert await store.payments.order_of("ch_1") is None


async def test_payment_without_a_request_has_an_amount_of_zero(
    store: Store, records: Records
) -> None:
    abandoned = records.payment(amount=0, status=PaymentStatus.ABANDONED)
    await put_payment(store, abandoned)
    assert await store.payments.find(abandoned.order_id) == abandoned


async def test_a_payment_that_is_saved_replaces_the_orders_one(
    store: Store, records: Records
) -> None:
    payment, other = records.payment(), records.payment()
    await put_payment(store, payment)
    await put_payment(store, other)
    captured = replace(
        payment,
        status=PaymentStatus.CAPTURED,
        payment_method="pm_1",
        charge_id="ch_1",
        reason="none",
    )
    await put_payment(store, captured)
    assert await store.payments.find(payment.order_id) == captured
    assert await store.payments.find(other.order_id) == other


# ---- SellerRecords -------------------------------------------------------------------------------


async def test_sales_add_up_by_seller_and_quarter(store: Store, records: Records) -> None:
    one, two, idle = records.user_id(), records.user_id(), records.user_id()
    now, last, older = Quarter(2026, 1), Quarter(2025, 4), Quarter(2025, 1)
    async with store.transaction():
        await store.seller_records.add(one, now, 20_000)
        await store.seller_records.add(one, now, 5_000)
        await store.seller_records.add(one, last, 100)
        await store.seller_records.add(two, now, 7)
        await store.seller_records.add(two, older, 8)
    assert await store.seller_records.of([one, two, idle], [now, last]) == {
        (one, now): SalesVolume(2, 25_000),
        (one, last): SalesVolume(1, 100),
        (two, now): SalesVolume(1, 7),
    }
    assert await store.seller_records.of([two], [older]) == {(two, older): SalesVolume(1, 8)}
    assert await store.seller_records.of([idle], [now]) == {}
    assert await store.seller_records.of([], [now]) == {}
    assert await store.seller_records.of([one], []) == {}


# ---- Webhooks ------------------------------------------------------------------------------------


async def store_webhook(store: Store, event: Webhook) -> bool:
    async with store.transaction():
        return await store.webhooks.store(event)


async def test_a_webhook_is_stored_once_and_read_back(store: Store, records: Records) -> None:
    order_id = records.order_id()
    full = Webhook(
        "evt_1", WebhookKind.CHARGE_DECLINED, order_id, "ch_1", 21_400, "insufficient funds"
    )
    bare = Webhook("evt_2", WebhookKind.OTHER, None)
    assert await store_webhook(store, full) is True
    assert await store_webhook(store, bare) is True
    assert await store_webhook(store, replace(full, amount=1)) is False
    assert await store.webhooks.get("evt_1") == full
    assert await store.webhooks.get("evt_2") == bare


async def test_the_greatest_amount_of_webhooks_is_found_by_kind_and_name(store: Store) -> None:
    failed = WebhookKind.PAYOUT_FAILED
    for number, amount in enumerate((500, 700, 600)):
        part = Webhook(f"evt_{number}", failed, None, amount=amount, reference="po_1")
        await store_webhook(store, part)
    await store_webhook(store, Webhook("evt_4", failed, None, amount=900))
    assert await store.webhooks.most(failed, "po_1") == 700
    assert await store.webhooks.most(failed, "po_2") == 0
    assert await store.webhooks.most(WebhookKind.PAYOUT_PAID, "po_1") == 0


async def test_of_many_deliveries_of_a_webhook_at_once_one_is_stored(store: Store) -> None:
    event = Webhook("evt_1", WebhookKind.OTHER, None)
    assert sum(await asyncio.gather(*(store_webhook(store, event) for _ in range(5)))) == 1


async def test_a_completed_sale_is_taken_back_once(store: Store, records: Records) -> None:
    seller, quarter = records.user_id(), Quarter(2026, 1)

    async def remove(price: int) -> bool:
        async with store.transaction():
            return await store.seller_records.remove(seller, quarter, price)

    assert await remove(100) is False
    async with store.transaction():
        for price in (100, 300):
            await store.seller_records.add(seller, quarter, price)
    assert await remove(500) is False  # no such sale was counted
    assert await remove(300) is True
    found = await store.seller_records.of({seller}, {quarter})
    assert found == {(seller, quarter): SalesVolume(1, 100)}
    assert await remove(100) is True
    assert await store.seller_records.of({seller}, {quarter}) == {}
    assert await remove(100) is False
