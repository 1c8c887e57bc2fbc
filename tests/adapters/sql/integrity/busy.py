"""An exchange with rows in every table."""

from datetime import timedelta

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.dashboard import Dashboard
from solebook.ports.language.catalog import ProductImage
from solebook.ports.language.complaints import ComplaintKind
from solebook.ports.language.idempotency import IdempotencyKey
from solebook.ports.language.ids import MessageId
from solebook.ports.language.market import Side
from solebook.ports.language.messages import Delivery, Position, Queue
from solebook.ports.language.notifications import Channel
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.photos import ReviewPhoto, photo_id
from solebook.ports.language.users import Actor, Role

from ....exchange import SIZE, Exchange

WHY = "as agreed"


async def become_busy(exchange: Exchange) -> None:
    """Let happen what fills the tables that trades leave empty."""
    await exchange.quiet()
    await exchange.want(list(Channel))
    await _quarrel(exchange)
    await _owe(exchange)
    await _decline(exchange)
    await _watch(exchange)
    await _rest(exchange)
    await _photograph(exchange)
    await exchange.quiet()
    await _wait(exchange)


async def _photograph(exchange: Exchange) -> None:
    """A pair under review, with photos."""
    store = exchange.store
    order = await exchange.trade(OrderStatus.AUTHENTICATING)
    task = await store.authentication_tasks.find_by_order(order.id)
    assert task is not None
    async with store.transaction():
        for content in (b"1", b"2"):
            id_ = photo_id(task.id, content)
            await store.review_photos.add(ReviewPhoto(id_, task.id, order.id, exchange.clock.now()))


async def _quarrel(exchange: Exchange) -> None:
    """A complaint, a freeze, a dispute, and what the provider did unasked."""
    app = exchange.app
    complained = await exchange.trade(OrderStatus.DELIVERED)
    await app.orders.complain(
        Actor(complained.buyer_id, frozenset({Role.BUYER})),
        complained.id,
        kind=ComplaintKind.NOT_AS_DESCRIBED,
        reason="it is worn",
    )
    refunded = await exchange.trade()
    charge = (await exchange.payment(refunded.id)).charge_id
    assert charge is not None
    dashboard = Dashboard(exchange.provider.journal)
    await dashboard.refund(charge, 100)
    await exchange.webhook(-1)
    await dashboard.charge(None, 5_000)
    await exchange.webhook(-1)
    disputed = (await exchange.payment((await exchange.trade()).id)).charge_id
    assert disputed is not None
    await dashboard.dispute(disputed, 1_000, exchange.clock.now())
    await exchange.webhook(-1)
    await exchange.workers.settle()


async def _owe(exchange: Exchange) -> None:
    """A seller without an account, whose payout is refused, and one in debt whose is less."""
    poor = await exchange.new_seller(tokens.CLOSED_ACCOUNT)
    await exchange.trade(OrderStatus.DELIVERED, seller=poor)
    debtor = await exchange.new_seller()
    await exchange.trade(OrderStatus.CANCELLED, seller=debtor)
    await exchange.trade(OrderStatus.DELIVERED, seller=debtor)
    await exchange.later(timedelta(days=4))
    await exchange.trade(OrderStatus.CANCELLED, seller=debtor)


async def _decline(exchange: Exchange) -> None:
    """A buyer with three declined cards."""
    broke = await exchange.new_buyer(tokens.DECLINED_CARD)
    for _ in range(3):
        await exchange.match(buyer=broke)
        await exchange.quiet()


async def _watch(exchange: Exchange) -> None:
    product = exchange.product.id
    await exchange.app.price_alerts.watch_price(
        exchange.buyer, product_id=product, size="9", price=18_000
    )
    low = await exchange.ask(exchange.seller, 17_000)
    await exchange.workers.settle()
    await exchange.app.bidding.cancel_quote(exchange.seller, Side.ASK, low.quote.id)
    await exchange.workers.settle()


async def _rest(exchange: Exchange) -> None:
    """A halt, an image, a suspension, sessions, a lease, a sent message and an answered request."""
    app, store, now = exchange.app, exchange.store, exchange.clock.now()
    other = await exchange.new_product(SIZE, "10", style_code="CW2288-111")
    await app.bidding.request_halt(exchange.admin, other.id, reason=WHY)
    image = ProductImage("https://images.example.com/1.jpg", 1)
    await app.catalog.edit_product(exchange.admin, other.id, images=[image])
    suspended = await exchange.new_seller()
    await app.users.set_suspension(exchange.admin, suspended.user_id, suspended=True, reason=WHY)
    await app.users.sign_in(email="user-0@example.com", password="correct horse")
    signed_in = await app.users.sign_in(email="user-1@example.com", password="correct horse")
    _, session_id = await app.users.authenticate_request(signed_in.access_token)
    await app.users.sign_out(session_id)
    key = IdempotencyKey(exchange.buyer.user_id, "POST /v1/bids", "key-1", "a" * 64)
    async with store.transaction():
        await store.idempotency_keys.remember(key, b"{}", now)
    await app.users.request_password_reset("user-0@example.com")
    await app.users.note_place(exchange.buyer.user_id, source="203.0.113.7", program="curl/8")
    await app.users.issue_api_token(
        exchange.admin, name="warehouse", scopes=["OrderService"], reason=WHY
    )
    webhooks = app.outgoing_webhooks
    endpoint = await webhooks.create_endpoint(
        exchange.buyer, url="https://hooks.example.com/", kinds=["order.created"]
    )
    await webhooks.send_test(exchange.buyer, endpoint.id)
    await store.leases.acquire("relay", "a-process", timedelta(seconds=3))
    async with store.transaction():
        await store.clock_offset.agree(timedelta(0))
    await store.clock_followers.beat("a-process", timedelta(0))
    await exchange.workers.settle()
    await Dashboard(exchange.provider.journal).take_fee(25)
    async for _ in app.payments.reconcile():
        pass
    async with store.transaction():
        await store.open_items.open({"name ch_1": now})
    await exchange.workers.settle()
    await exchange.new_seller()
    ids = [message.id for message in await store.outbox.unsent(1)]
    async with store.transaction():
        await store.sent_messages.move(ids, Position("a-stream", last=1))
    await exchange.workers.settle()


async def _wait(exchange: Exchange) -> None:
    """A message that waits in the queue of its consumer."""
    await exchange.match(price=18_500)
    store = exchange.store
    message = next(m for m in await store.outbox.unsent(100) if m.subject == "match.created")
    delivery = Delivery(
        id=MessageId(exchange.app.adapters.ids.new()),
        consumer="catalog.reserve_stock:match.created",
        message=message,
        attempts=1,
        due_at=exchange.clock.now(),
        error="out of order",
        queue=Queue.TRADE,
        turn=message.key,
    )
    async with store.transaction():
        await store.deliveries.add([delivery])
