"""Snapshots of the store for checks, in memory."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence, Set
from contextlib import asynccontextmanager
from copy import copy
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from ...ports.integrity import Snapshot, Snapshots
from ...ports.language.disputes import Dispute
from ...ports.language.halts import Halt
from ...ports.language.ids import MessageId, OrderId, ProductId, QuoteId, UserId
from ...ports.language.integrity import (
    BookedOrder,
    BookedTransfer,
    BookRecord,
    Dangling,
    ProductRecord,
    QuoteRecord,
    SellerAccount,
    SellerQuarter,
    StoredSale,
    StoreSize,
    Trade,
    Turnover,
    Unopened,
    WaitingMessage,
)
from ...ports.language.market import BookKey, MatchStatus, QuoteStatus, Side
from ...ports.language.messages import Delivery, Message, Queue
from ...ports.language.money import Cents
from ...ports.language.movements import Movement
from ...ports.language.payments import Account, AccountKind, Transfer
from ...ports.language.rules import MarketRules
from ...ports.language.terms import Terms
from .database import MemoryAdapter
from .tables import Tables

K = TypeVar("K", bound=UUID | str)


class MemorySnapshots(MemoryAdapter, Snapshots):
    """Copies the tables, whose records never change."""

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Snapshot]:
        with await self._database.reading():
            copied = copy(self._tables)
            for name, table in vars(self._tables).items():
                setattr(copied, name, copy(table))
            for product_id, books in self._tables.turnovers.items():
                copied.turnovers[product_id] = copy(books)
        yield MemorySnapshot(copied)


class MemorySnapshot(Snapshot):
    """Reads tables that nobody changes."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def size(self) -> StoreSize:
        tables = self._tables
        sides = [quote.side for quote in tables.every_quote.values()]
        return StoreSize(
            trades=len(tables.orders),
            bids=sides.count(Side.BID),
            asks=sides.count(Side.ASK),
            products=len(tables.products),
            transfers=len(tables.transfers),
            messages=len(tables.outbox) + len(tables.deliveries),
        )

    async def rules_in_force(self) -> MarketRules | None:
        return self._tables.rules_in_force.get(None)

    async def terms(self) -> Terms | None:
        return self._tables.exchange_terms.get(None)

    async def shards(self) -> Set[int]:
        return set(self._tables.shards)

    async def halts(self) -> Sequence[Halt]:
        return [halt for halt in self._tables.halts.values() if halt.stands]

    async def last_sequence(self) -> int:
        return max((state.sequence for state in self._tables.shards.values()), default=0)

    # ---- trades --------------------------------------------------------------------------

    async def trades(self, after: OrderId | None, limit: int) -> Sequence[Trade]:
        tables = self._tables
        ids = {
            *tables.orders,
            *tables.histories,
            *tables.matches,
            *tables.payments,
            *tables.payouts,
            *tables.declines,
            *tables.reservations,
            *tables.task_of_order,
            *tables.sales,
            *tables.voided_sales,
            *(order_id for order_id, _ in tables.deadlines),
            *(t.order_id for t in tables.transfers.values() if t.order_id is not None),
        }
        return await self.trades_of(_page(ids, after, limit))

    async def trades_of(self, order_ids: Collection[OrderId]) -> Sequence[Trade]:
        transfers = self._transfers_by_order()
        alarmed = {order_id for order_id, _ in self._tables.open_alarms}
        return [
            self._trade(order_id, transfers.get(order_id, ()), order_id in alarmed)
            for order_id in order_ids
        ]

    def _trade(
        self, order_id: OrderId, transfers: Sequence[BookedTransfer], alarmed: bool
    ) -> Trade:
        tables = self._tables
        match, task_id = tables.matches.get(order_id), tables.task_of_order.get(order_id)
        voided, sale = order_id in tables.voided_sales, tables.sales.get(order_id)
        deadlines = [d for (of, _), d in tables.deadlines.items() if of == order_id]
        return Trade(
            id=order_id,
            order=tables.orders.get(order_id),
            history=tables.histories.get(order_id, ()),
            match=match,
            bid=None if match is None else tables.every_quote.get(match.bid_id),
            ask=None if match is None else tables.every_quote.get(match.ask_id),
            payment=tables.payments.get(order_id),
            payout=tables.payouts.get(order_id),
            decline=tables.declines.get(order_id),
            transfers=transfers,
            held=tables.balances.get(Account(AccountKind.ESCROW, str(order_id)), 0),
            reservation=tables.reservations.get(order_id),
            task=None if task_id is None else tables.tasks.get(task_id),
            sale=StoredSale(sale, voided) if voided or sale is not None else None,
            deadlines=deadlines,
            has_open_alarm=alarmed,
        )

    async def unsettled(
        self, order_ids: Collection[OrderId], queues: Collection[Queue]
    ) -> Set[OrderId]:
        keys = self._waiting(queues)
        reported = {
            webhook.order_id for id_, webhook in self._tables.webhooks.items() if id_ in keys
        }
        return {o for o in order_ids if str(o) in keys or o in reported}

    async def waiting_keys(self, keys: Collection[str], queues: Collection[Queue]) -> Set[str]:
        return self._waiting(queues).intersection(keys)

    def _waiting(self, queues: Collection[Queue]) -> set[str]:
        keys = {message.key for message in self._tables.outbox.values()}
        deliveries = self._tables.deliveries.values()
        keys |= {message.key for message, _ in self._tables.sent_messages.values()}
        return keys | {d.message.key for d in deliveries if d.queue in queues}

    async def orders_of_seller(self, seller_id: UserId) -> Sequence[OrderId]:
        orders = self._tables.orders.values()
        return [order.id for order in orders if order.seller_id == seller_id]

    async def turnovers(self) -> AsyncIterator[Turnover]:
        for books in self._tables.turnovers.values():
            for book, summary in books.items():
                yield Turnover(book, summary.sales, summary.total)

    async def seller_quarters(self) -> AsyncIterator[SellerQuarter]:
        for (seller_id, quarter), volume in self._tables.seller_records.items():
            yield SellerQuarter(seller_id, quarter, volume)

    # ---- books ---------------------------------------------------------------------------

    async def quotes(self, side: Side, after: QuoteId | None, limit: int) -> Sequence[QuoteRecord]:
        quotes = self._tables.every_quote
        open_matches: dict[QuoteId, list[OrderId]] = {}
        for match in self._tables.matches.values():
            if match.status is MatchStatus.OPEN:
                for quote_id in (match.bid_id, match.ask_id):
                    open_matches.setdefault(quote_id, []).append(match.id)
        ids = (quote.id for quote in quotes.values() if quote.side is side)
        return [QuoteRecord(quotes[i], open_matches.get(i, ())) for i in _page(ids, after, limit)]

    async def books(
        self, after: ProductId | None, limit: int, now: datetime
    ) -> tuple[ProductId | None, Sequence[BookRecord]]:
        active = [q for q in self._tables.quotes.values() if q.status is QuoteStatus.ACTIVE]
        products = _page((quote.book.product_id for quote in active), after, limit)
        books: dict[BookKey, dict[tuple[Side, Cents], int]] = {}
        living: dict[tuple[BookKey, Side], list[Cents]] = {}
        for quote in active:
            if quote.book.product_id in products:
                levels = books.setdefault(quote.book, {})
                level = quote.side, quote.amount
                levels[level] = levels.get(level, 0) + 1
                if quote.expires_at > now:
                    living.setdefault((quote.book, quote.side), []).append(quote.amount)
        records = [
            BookRecord(
                book,
                levels,
                max(living.get((book, Side.BID), ()), default=None),
                min(living.get((book, Side.ASK), ()), default=None),
            )
            for book, levels in books.items()
        ]
        return (products[-1] if products else None), records

    # ---- money ---------------------------------------------------------------------------

    async def booked(self, after: OrderId | None, limit: int) -> Sequence[BookedOrder]:
        transfers = self._transfers_by_order()
        page = _page(self._tables.orders, after, limit)
        return [self._booked(id_, transfers.get(id_, ())) for id_ in page]

    def _booked(self, id_: OrderId, transfers: Sequence[BookedTransfer]) -> BookedOrder:
        payment, payout = self._tables.payments.get(id_), self._tables.payouts.get(id_)
        return BookedOrder(
            id_,
            transfers,
            None if payment is None else payment.charge_id,
            None if payment is None else payment.refund_id,
            None if payout is None else payout.payout_id,
        )

    async def unknown_orders(self, order_ids: Collection[OrderId]) -> Set[OrderId]:
        return {order_id for order_id in order_ids if order_id not in self._tables.orders}

    async def transfers(self, after: str, limit: int) -> Sequence[BookedTransfer]:
        transfers = self._tables.transfers
        return [_booked(transfers[i]) for i in _page(transfers, after, limit)]

    async def transfers_in_suspense(self, names: Collection[str]) -> Sequence[BookedTransfer]:
        kinds = (AccountKind.SUSPENSE, AccountKind.DISPUTED)
        accounts = {Account(kind, name) for name in names for kind in kinds}
        return [
            _booked(transfer)
            for transfer in self._tables.transfers.values()
            if any(entry.account in accounts for entry in transfer.entries)
        ]

    async def transfers_by_id(self, ids: Collection[str]) -> Sequence[BookedTransfer]:
        transfers = self._tables.transfers
        return [_booked(transfers[id_]) for id_ in ids if id_ in transfers]

    async def movements_at(self, places: Collection[str]) -> Mapping[str, Movement]:
        read = self._tables.provider_movements
        return {place: read[place] for place in places if place in read}

    async def movements_read(self, order_ids: Collection[OrderId]) -> Sequence[Movement]:
        wanted, read = set(order_ids), self._tables.provider_movements.values()
        return [movement for movement in read if movement.order_id in wanted]

    async def number_of_movements(self) -> int:
        return len(self._tables.provider_movements)

    async def disputes(self) -> AsyncIterator[tuple[Dispute, Cents]]:
        for dispute in self._tables.disputes.values():
            account = Account(AccountKind.DISPUTED, dispute.charge_id)
            yield dispute, self._tables.balances.get(account, 0)

    async def held_for_world(self) -> Cents:
        return -self._tables.totals.get(AccountKind.WORLD, 0)

    async def seller_accounts(self, after: str, limit: int) -> Sequence[SellerAccount]:
        booked: dict[str, Cents] = {
            account.owner: balance
            for account, balance in self._tables.balances.items()
            if account.kind is AccountKind.PAYABLE
        }
        owed: dict[str, Cents] = {}
        for payout in self._tables.payouts.values():
            seller = str(payout.seller_id)
            owed[seller] = owed.get(seller, 0) + payout.owed
        sellers = _page({*booked, *owed}, after, limit)
        return [SellerAccount(s, booked.get(s, 0), owed.get(s, 0)) for s in sellers]

    def _transfers_by_order(self) -> dict[OrderId, list[BookedTransfer]]:
        by_order: dict[OrderId, list[BookedTransfer]] = {}
        for transfer in self._tables.transfers.values():
            if transfer.order_id is not None:
                by_order.setdefault(transfer.order_id, []).append(_booked(transfer))
        return by_order

    # ---- messages and references ---------------------------------------------------------

    async def messages(self, after: int, limit: int) -> tuple[int, Sequence[WaitingMessage]]:
        page = list(self._tables.outbox.values())[after : after + limit]
        return after + len(page), [_waiting(message) for message in page]

    async def deliveries(self, after: MessageId | None, limit: int) -> Sequence[WaitingMessage]:
        by_id = {d.id: d for d in self._tables.deliveries.values()}
        return [self._delivery(by_id[i]) for i in _page(by_id, after, limit)]

    def _delivery(self, delivery: Delivery) -> WaitingMessage:
        message = delivery.message
        turn = delivery.turn or str(delivery.id)
        place = self._tables.lines[delivery.queue, delivery.priority].get(turn)
        return WaitingMessage(
            id=delivery.id,
            message_id=message.id,
            key=message.key,
            subject=message.subject,
            event=message.event,
            consumer=delivery.consumer,
            queue=delivery.queue,
            due_at=delivery.due_at,
            is_dead=delivery.dead,
            turn_is_due_at=None if place is None else place.due_at,
            is_noted=delivery.consumer in self._tables.inbox.get(message.id, {}),
        )

    async def products(self, after: ProductId | None, limit: int) -> Sequence[ProductRecord]:
        products = self._tables.products
        page = [products[id_] for id_ in _page(products, after, limit)]
        return [ProductRecord(product, product.style_key) for product in page]

    async def unopened(self) -> AsyncIterator[Unopened]:
        nothing: Sequence[Unopened] = ()  # what is in memory is not sealed
        for unopened in nothing:
            yield unopened

    async def dangling(self) -> AsyncIterator[Dangling]:
        tables = self._tables
        for quote in tables.every_quote.values():
            if quote.user_id not in tables.users:
                yield _of_user(f"{quote.side} {quote.id}", quote.user_id)
            if quote.book.product_id not in tables.products:
                yield Dangling(f"{quote.side} {quote.id}", f"product {quote.book.product_id}")
        for session in tables.sessions.values():
            if session.user_id not in tables.users:
                yield _of_user(f"session {session.id}", session.user_id)
        for user_id, addresses in tables.addresses.items():
            for address_id in addresses if user_id not in tables.users else ():
                yield _of_user(f"address {address_id}", user_id)
        on_file = {
            (card.user_id, card.token)
            for card in tables.payment_methods.values()
            if card.removed_at is None
        }
        for user in tables.users.values():
            if user.payment_method and (user.id, user.payment_method) not in on_file:
                yield Dangling(f"user {user.id}", "a card on file that is its default")


def _of_user(what: str, user_id: UserId) -> Dangling:
    return Dangling(what, f"user {user_id}")


def _booked(transfer: Transfer) -> BookedTransfer:
    return BookedTransfer(transfer.id, transfer.order_id, transfer.at, transfer.entries)


def _waiting(message: Message) -> WaitingMessage:
    return WaitingMessage(
        id=message.id,
        message_id=message.id,
        key=message.key,
        subject=message.subject,
        event=message.event,
    )


def _page(ids: Iterable[K], after: K | None, limit: int) -> list[K]:
    """Return up to `limit` ids after the given one, sorted."""
    return sorted({id_ for id_ in ids if after is None or id_ > after})[:limit]  # type: ignore[operator]
