"""Everything that the exchange has of you, in one document."""

from asyncio import sleep
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.response import Stream

from ....composition.application import Application
from ....ports.language.cards import PaymentMethod
from ....ports.language.challenges import Challenge
from ....ports.language.ids import OrderId, PaymentMethodId
from ....ports.language.ledger_lines import LedgerLine
from ....ports.language.market import Side
from ....ports.language.orders import PaymentStatus
from ....ports.language.paging import MAX_PAGE, PageRequest
from ....ports.language.payments import Payment
from ....ports.language.users import Actor
from ..edge.costs import LONG
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..edge.key_scopes import FOR_NO_KEY
from ..hidden import Hidden
from ..openapi.documented import problems, success
from .addresses import AddressView, address_view
from .api_keys import ApiKeyView, api_key_view
from .notification_preferences import PreferencesView, preferences_view
from .notifications import NotificationView, notification_view
from .order_views import OrderDetail, StepView, order_detail, step_view
from .payment_methods import PaymentMethodView, card_view
from .payouts import PayoutView, payout_view
from .price_alerts import PriceAlertView, price_alert_view
from .push_subscriptions import SubscriptionView, subscription_view
from .quotes import QuoteView, quote_view
from .sessions import SessionView
from .users import BalanceView, OwnView, own_view
from .webhook_endpoints import EndpointView, endpoint_view

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
_ORDERS_AT_ONCE = 20
"""Orders that are read together: with their histories, more would make others wait for long."""
_encode = msgspec.json.Encoder().encode


class PaymentView(msgspec.Struct, frozen=True):
    """What you paid for an order, in minor units. `charge_id` is the payment provider's id."""

    amount: int
    refunded: int
    status: PaymentStatus
    created_at: datetime
    charge_id: str | None
    reason: str | None
    statement: str | None


class ExportedOrder(msgspec.Struct, frozen=True):
    """An order with its history and, for its buyer, the payment."""

    order: OrderDetail
    history: list[StepView]
    payment: PaymentView | None


class ExportedCard(PaymentMethodView, frozen=True):
    """A card that you have or had on file. The fingerprint is the same for the same number."""

    fingerprint: str | None
    removed_at: datetime | None


class ExportedSession(SessionView, frozen=True):
    """A sign-in of yours, open or ended."""

    ended_at: datetime | None


class LedgerLineView(msgspec.Struct, frozen=True):
    """An entry of one of your accounts, in minor units."""

    account: str
    amount: int
    at: datetime
    order_id: UUID | None
    transfer_id: str


class ChallengeView(msgspec.Struct, frozen=True):
    """What was sent to an address of yours, so that you prove it. The secret is not stored."""

    kind: str
    address: str
    asked_at: datetime
    asked: int
    expires_at: datetime | None
    failures: int
    met: bool


class PlaceView(msgspec.Struct, frozen=True):
    """A place from which you signed in. The exchange has a keyed hash of it only."""

    hash: str
    seen_at: datetime


class DeclineView(msgspec.Struct, frozen=True):
    """A declined charge that still counts."""

    order_id: UUID
    at: datetime
    reason: str


class Export(Hidden, msgspec.Struct, frozen=True):
    """Everything that the exchange has of you. Lists are complete and not paged."""

    exported_at: datetime
    profile: OwnView
    payout_account: str | None
    balance: BalanceView
    addresses: list[AddressView]
    cards: list[ExportedCard]
    sessions: list[ExportedSession]
    known_places: list[PlaceView]
    api_keys: list[ApiKeyView]
    challenges: list[ChallengeView]
    notification_preferences: PreferencesView
    push_subscriptions: list[SubscriptionView]
    price_alerts: list[PriceAlertView]
    webhook_endpoints: list[EndpointView]
    bids: list[QuoteView]
    asks: list[QuoteView]
    orders: list[ExportedOrder]
    declines: list[DeclineView]
    payouts: list[PayoutView]
    ledger: list[LedgerLineView]
    notifications: list[NotificationView]


class _Page(Protocol[T_co]):
    @property
    def items(self) -> Sequence[T_co]: ...

    @property
    def next_cursor(self) -> UUID | None: ...


class ExportController(Controller):
    """Everything that the exchange has of you."""

    path = "/v1/users/me/export"
    tags = ("users",)
    opt = FOR_NO_KEY

    @get(
        summary="Export your data",
        opt={LONG: True},
        responses=success(200, Export, {}) | problems(),
    )
    async def export(self, request: JsonRequest, application: App) -> Stream:
        """Return everything that the exchange has of you, with no secrets.

        It is sent as it is read, so it is not of one instant. An answer that breaks off is no JSON:
        ask again. A user has one export at a time, and ten in an hour.
        """
        pieces = document(application, request.user, request.auth)
        return Stream(pieces, media_type="application/json")


async def document(application: Application, user: Actor, session_id: UUID) -> AsyncIterator[bytes]:
    """Yield the document in pieces, of which each has at most a page of items."""
    # Staff would be shown the orders of all.
    actor = Actor(user.user_id, frozenset())
    parts = _parts(application, actor, session_id)
    between = b"{"
    for name in Export.__struct_fields__:
        yield between + _encode(name) + b":"
        between = b","
        part = parts[name]
        if not isinstance(part, AsyncIterator):
            yield _encode(await part())
            continue
        yield b"["
        first = True
        async for items in part:
            if items:
                yield (b"" if first else b",") + _encode(items)[1:-1]
                first = False
            # A store in this process answers at once, and so nobody else would get a turn.
            await sleep(0)
        yield b"]"
    yield b"}"


def _parts(
    application: Application, actor: Actor, session_id: UUID
) -> dict[str, Callable[[], Awaitable[Any]] | AsyncIterator[list[Any]]]:
    """Return what reads each part: one value, or pages of a list."""
    users, notifications = application.users, application.notifications

    async def now() -> datetime:
        return application.adapters.clock.now()

    async def profile() -> OwnView:
        return own_view(await users.view_profile(actor))

    async def payout_account() -> str | None:
        return (await users.view_profile(actor)).user.payout_account

    async def balance() -> BalanceView:
        found = await application.payments.view_balance(actor)
        return BalanceView(found.payable, found.debt)

    async def addresses() -> list[AddressView]:
        return [address_view(each) for each in await users.list_addresses(actor)]

    async def cards() -> list[ExportedCard]:
        default = (await users.list_payment_methods(actor)).default
        return [_card(each, default) for each in (await users.view_traces(actor)).cards]

    async def sessions() -> AsyncIterator[list[ExportedSession]]:
        async for each in users.view_traces.all_sessions(actor):
            current = each.id == session_id
            yield [ExportedSession(each.id, each.created_at, each.source, current, each.revoked_at)]

    async def known_places() -> list[PlaceView]:
        found = (await users.view_traces(actor)).known_places
        return [PlaceView(each.hash, each.seen_at) for each in found]

    async def challenges() -> list[ChallengeView]:
        return [_challenge(each) for each in (await users.view_traces(actor)).challenges]

    async def declines() -> list[DeclineView]:
        found = (await users.view_traces(actor)).declines
        return [DeclineView(each.order_id, each.at, each.reason) for each in found]

    async def preferences() -> PreferencesView:
        return preferences_view(await notifications.view_notification_preferences(actor))

    async def subscriptions() -> list[SubscriptionView]:
        found = await notifications.list_push_subscriptions(actor)
        return [subscription_view(each) for each in found]

    def quotes(side: Side) -> AsyncIterator[list[QuoteView]]:
        list_them = application.bidding.list_quotes
        return _pages(lambda request: list_them(actor, side, request), quote_view)

    return {
        "exported_at": now,
        "profile": profile,
        "payout_account": payout_account,
        "balance": balance,
        "addresses": addresses,
        "cards": cards,
        "sessions": sessions(),
        "known_places": known_places,
        "api_keys": _pages(lambda request: users.list_api_keys(actor, request), api_key_view),
        "challenges": challenges,
        "notification_preferences": preferences,
        "push_subscriptions": subscriptions,
        "price_alerts": _pages(
            lambda request: application.price_alerts.list_price_alerts(actor, request),
            price_alert_view,
        ),
        "webhook_endpoints": _pages(
            lambda request: application.outgoing_webhooks.list_endpoints(actor, request),
            endpoint_view,
        ),
        "bids": quotes(Side.BID),
        "asks": quotes(Side.ASK),
        "orders": _orders(application, actor),
        "declines": declines,
        "payouts": _pages(
            lambda request: application.payments.list_payouts(actor, request), payout_view
        ),
        "ledger": _ledger(application, actor),
        "notifications": _pages(
            lambda request: notifications.list_notifications(actor, request), notification_view
        ),
    }


async def _pages(
    read: Callable[[PageRequest], Awaitable[_Page[T]]],
    view: Callable[[T], Any],
    size: int = MAX_PAGE,
) -> AsyncIterator[list[Any]]:
    request: PageRequest | None = PageRequest(size)
    while request is not None:
        page = await read(request)
        yield [view(item) for item in page.items]
        request = PageRequest(size, page.next_cursor) if page.next_cursor else None


async def _orders(application: Application, actor: Actor) -> AsyncIterator[list[ExportedOrder]]:
    list_them = application.orders.list_orders
    pages = _pages(
        lambda request: list_them(actor, request), lambda shown: shown, size=_ORDERS_AT_ONCE
    )
    async for page in pages:
        if page:
            yield await _in_detail(application, actor, [shown.id for shown in page])


async def _in_detail(
    application: Application, actor: Actor, order_ids: Sequence[OrderId]
) -> list[ExportedOrder]:
    """Return orders that are read together: one by one, a page would be hundreds of reads."""
    orders = application.orders
    details = await orders.view_order.several(actor, order_ids)
    histories = await orders.view_history.several(actor, order_ids)
    payments = await application.payments.view_payments(actor, order_ids)
    return [
        ExportedOrder(
            order_detail(detail),
            [step_view(step) for step in history],
            _payment(payments[order_id]) if order_id in payments else None,
        )
        for order_id, detail, history in zip(order_ids, details, histories, strict=True)
    ]


async def _ledger(application: Application, actor: Actor) -> AsyncIterator[list[LedgerLineView]]:
    async for line in await application.payments.list_ledger_lines(actor):
        yield [_line(line)]


def _payment(payment: Payment) -> PaymentView:
    return PaymentView(
        amount=payment.amount,
        refunded=payment.refunded,
        status=payment.status,
        created_at=payment.created_at,
        charge_id=payment.charge_id,
        reason=payment.reason,
        statement=payment.statement,
    )


def _card(card: PaymentMethod, default: PaymentMethodId | None) -> ExportedCard:
    return ExportedCard(
        **msgspec.structs.asdict(card_view(card, default)),
        fingerprint=None if card.details is None else card.details.fingerprint,
        removed_at=card.removed_at,
    )


def _line(line: LedgerLine) -> LedgerLineView:
    return LedgerLineView(
        account=line.account.kind,
        amount=line.amount,
        at=line.at,
        order_id=line.order_id,
        transfer_id=line.transfer_id,
    )


def _challenge(challenge: Challenge) -> ChallengeView:
    return ChallengeView(
        kind=challenge.kind,
        address=challenge.address,
        asked_at=challenge.asked_at,
        asked=challenge.asked,
        expires_at=challenge.expires_at,
        failures=challenge.failures,
        met=challenge.met,
    )
