"""Payments, payouts, sellers' records and the ledger, in memory."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from itertools import islice

from ...ports.language.ids import OrderId, UserId
from ...ports.language.invariants import ensure
from ...ports.language.ledger_lines import LedgerLine
from ...ports.language.money import Cents
from ...ports.language.orders import PaymentStatus
from ...ports.language.paging import Page, PageRequest
from ...ports.language.payments import (
    Account,
    AccountKind,
    Entry,
    Payment,
    Payout,
    PayoutState,
    Quarter,
    SalesVolume,
    Transfer,
    Webhook,
    WebhookKind,
)
from ...ports.language.reconciliation import Posted
from ...ports.payments import Ledger, Payments, Payouts, SellerRecords, Webhooks
from .database import MemoryAdapter
from .paging import newest_first
from .tables import drop_if_empty

_UNPAID = (PayoutState.DUE, PayoutState.REFUSED)


class MemoryPayments(MemoryAdapter, Payments):
    """Payments by order."""

    async def find(self, order_id: OrderId) -> Payment | None:
        with await self._database.reading():
            return self._tables.payments.get(order_id)

    async def look_up(self, order_ids: Collection[OrderId]) -> Mapping[OrderId, Payment]:
        with await self._database.reading():
            payments = self._tables.payments
            return {each: payments[each] for each in order_ids if each in payments}

    async def order_of(self, charge_id: str) -> OrderId | None:
        with await self._database.reading():
            return self._tables.payments_by_charge.get(charge_id)

    async def open_or_lock(self, payment: Payment) -> Payment:
        await self._database.writing()
        if payment.order_id not in self._tables.payments:
            self._put(payment)
        return self._tables.payments[payment.order_id]

    async def save(self, payment: Payment) -> None:
        await self._database.writing()
        ensure(payment.order_id in self._tables.payments, payment)
        self._put(payment)

    def _put(self, payment: Payment) -> None:
        self._leave_indexes(payment.order_id)
        self._database.put(self._tables.payments, payment.order_id, payment)
        self._enter_indexes(payment)
        if payment.charge_id is not None:
            by_charge = self._tables.payments_by_charge
            self._database.put(by_charge, payment.charge_id, payment.order_id)

    def _enter_indexes(self, payment: Payment) -> None:
        tables, buyer_id = self._tables, payment.buyer_id
        if payment.status is PaymentStatus.PENDING and payment.attempted_at is None:
            self._database.put(tables.untried_payments, payment.order_id, None)
        elif payment.status is PaymentStatus.PENDING and payment.answered_at is None:
            self._database.put(tables.unanswered_payments[buyer_id], payment.order_id, None)
        last, answered_at = tables.last_answer.get(buyer_id), payment.answered_at
        if answered_at is not None and (last is None or last < answered_at):
            self._database.put(tables.last_answer, buyer_id, answered_at)

    def _leave_indexes(self, order_id: OrderId) -> None:
        tables, before = self._tables, self._tables.payments.get(order_id)
        if order_id in tables.untried_payments:
            self._database.remove(tables.untried_payments, order_id)
        if before is not None and order_id in tables.unanswered_payments.get(before.buyer_id, ()):
            by_buyer = tables.unanswered_payments
            self._database.remove(by_buyer[before.buyer_id], order_id)
            self._database.announce(partial(drop_if_empty, by_buyer, before.buyer_id))


class MemoryPayouts(MemoryAdapter, Payouts):
    """Payouts by order and by seller."""

    async def find(self, order_id: OrderId) -> Payout | None:
        with await self._database.reading():
            return self._tables.payouts.get(order_id)

    async def open_or_lock(self, payout: Payout) -> Payout:
        await self._database.writing()
        if payout.order_id not in self._tables.payouts:
            self._put(payout)
        return self._tables.payouts[payout.order_id]

    async def save(self, payout: Payout) -> None:
        await self._database.writing()
        ensure(payout.order_id in self._tables.payouts, payout)
        self._put(payout)

    def _put(self, payout: Payout) -> None:
        of_seller = self._tables.payouts_of_seller[payout.seller_id]
        self._database.put(self._tables.payouts, payout.order_id, payout)
        self._database.put(of_seller, payout.order_id, None)
        if payout.payout_id is not None:
            by_name = self._tables.payouts_by_name
            self._database.put(by_name, payout.payout_id, payout.order_id)

    async def order_of(self, payout_id: str) -> OrderId | None:
        with await self._database.reading():
            order_id = self._tables.payouts_by_name.get(payout_id)
            if order_id is None or self._tables.payouts[order_id].payout_id != payout_id:
                return None
            return order_id

    async def unpaid(self, seller_id: UserId) -> Sequence[Payout]:
        with await self._database.reading():
            ids = self._tables.payouts_of_seller.get(seller_id, ())
            every = (self._tables.payouts[order_id] for order_id in ids)
            waiting = (payout for payout in every if payout.state in _UNPAID)
            return list(islice(waiting, 1_000))

    async def of_seller(self, seller_id: UserId, request: PageRequest) -> Page[Payout]:
        with await self._database.reading():
            ids = self._tables.payouts_of_seller.get(seller_id, ())
            return newest_first(ids, self._tables.payouts, request)


class MemoryLedger(MemoryAdapter, Ledger):
    """The entries of each order, and running balances."""

    async def post(self, transfer: Transfer) -> bool:
        await self._database.writing()
        if transfer.id in self._tables.transfers:
            return False
        await self.append(transfer)
        return True

    async def append(self, transfer: Transfer) -> None:
        await self._database.writing()
        ensure(transfer.id not in self._tables.transfers, transfer)
        self._database.put(self._tables.transfers, transfer.id, transfer)
        entries = self._tables.entries.get(transfer.order_id, ()) + transfer.entries
        self._database.put(self._tables.entries, transfer.order_id, entries)
        balances, totals = self._tables.balances, self._tables.totals
        for entry in transfer.entries:
            account, kind = entry.account, entry.account.kind
            self._database.put(balances, account, balances.get(account, 0) + entry.amount)
            self._database.put(totals, kind, totals.get(kind, 0) + entry.amount)

    async def find(self, transfer_id: str) -> Transfer | None:
        with await self._database.reading():
            return self._tables.transfers.get(transfer_id)

    async def balance(self, account: Account) -> Cents:
        with await self._database.reading():
            return self._tables.balances.get(account, 0)

    async def lock(self, *accounts: Account) -> Sequence[Cents]:
        await self._database.writing()
        return [self._tables.balances.get(account, 0) for account in accounts]

    async def lock_used(self, account: Account) -> Cents | None:
        await self._database.writing()
        return self._tables.balances.get(account)

    async def open_accounts(
        self, kind: AccountKind, limit: int, after: str = ""
    ) -> Sequence[tuple[str, Cents]]:
        with await self._database.reading():
            of_kind = [
                (account.owner, amount)
                for account, amount in self._tables.balances.items()
                if account.kind is kind and account.owner > after and amount
            ]
        return sorted(of_kind)[:limit]

    async def moved_after(self, sequence: int, limit: int) -> Sequence[Posted]:
        with await self._database.reading():
            later = islice(enumerate(self._tables.transfers.values(), start=1), sequence, None)
            moved = (
                Posted(number, transfer)
                for number, transfer in later
                if any(entry.account.kind is AccountKind.WORLD for entry in transfer.entries)
            )
            return list(islice(moved, limit))

    async def lines(self, account: Account, limit: int, after: int = 0) -> Sequence[LedgerLine]:
        with await self._database.reading():
            entries = (
                (transfer, entry)
                for transfer in self._tables.transfers.values()
                for entry in transfer.entries
            )
            of_account = (
                LedgerLine(number, at.id, at.order_id, at.at, account, entry.amount)
                for number, (at, entry) in enumerate(entries, start=1)
                if entry.account == account and number > after
            )
            return list(islice(of_account, limit))

    async def totals(self) -> dict[AccountKind, Cents]:
        with await self._database.reading():
            return dict(self._tables.totals)

    async def entries(self, order_id: OrderId) -> Sequence[Entry]:
        with await self._database.reading():
            return self._tables.entries.get(order_id, ())


class MemorySellerRecords(MemoryAdapter, SellerRecords):
    """Running totals by seller and quarter."""

    async def add(self, seller_id: UserId, quarter: Quarter, price: Cents) -> None:
        await self._database.writing()
        sold = self._tables.seller_records.get((seller_id, quarter), SalesVolume())
        self._database.put(
            self._tables.seller_records,
            (seller_id, quarter),
            SalesVolume(sold.sales + 1, sold.volume + price),
        )

    async def remove(self, seller_id: UserId, quarter: Quarter, price: Cents) -> bool:
        await self._database.writing()
        records, key = self._tables.seller_records, (seller_id, quarter)
        sold = records.get(key, SalesVolume())
        if sold.sales < 1 or sold.volume < price:
            return False
        if sold.sales == 1:
            self._database.remove(records, key)
        else:
            self._database.put(records, key, SalesVolume(sold.sales - 1, sold.volume - price))
        return True

    async def of(
        self, seller_ids: Collection[UserId], quarters: Collection[Quarter]
    ) -> Mapping[tuple[UserId, Quarter], SalesVolume]:
        wanted = [(seller_id, quarter) for seller_id in seller_ids for quarter in quarters]
        with await self._database.reading():
            records = self._tables.seller_records
            return {key: records[key] for key in wanted if key in records}


class MemoryWebhooks(MemoryAdapter, Webhooks):
    """The provider's events by id."""

    async def store(self, event: Webhook) -> bool:
        await self._database.writing()
        if event.id in self._tables.webhooks:
            return False
        self._put(event)
        return True

    def _put(self, event: Webhook) -> None:
        self._database.put(self._tables.webhooks, event.id, event)
        if event.reference is not None:
            about = event.kind, event.reference
            most = max(event.amount, self._tables.webhooks_about.get(about, 0))
            self._database.put(self._tables.webhooks_about, about, most)

    async def replace(self, event: Webhook) -> None:
        await self._database.writing()
        before = self._tables.webhooks[event.id]
        self._database.put(self._tables.webhooks, event.id, event)
        for kind, reference in {(before.kind, before.reference), (event.kind, event.reference)}:
            if reference is not None:
                of_it = (kind, reference)
                every = self._tables.webhooks.values()
                amounts = [w.amount for w in every if (w.kind, w.reference) == of_it]
                self._database.put(self._tables.webhooks_about, of_it, max(amounts, default=0))

    async def get(self, webhook_id: str) -> Webhook:
        with await self._database.reading():
            event = self._tables.webhooks.get(webhook_id)
        assert event is not None, f"no webhook {webhook_id} was stored"
        return event

    async def most(self, kind: WebhookKind, reference: str) -> Cents:
        with await self._database.reading():
            return self._tables.webhooks_about.get((kind, reference), 0)
