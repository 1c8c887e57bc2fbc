"""A right request of every call, and who makes it."""

import base64
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, NamedTuple

from solebook.ports.language.ids import OrderId
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.users import Actor

from ...exchange import PARCEL, SIZE, Exchange


class Example(NamedTuple):
    """A request, and the user who makes it, or None if a service does for the exchange."""

    actor: Actor | None
    request: dict[str, Any]


Make = Callable[[Exchange], Awaitable[Example]]
ADDRESS = {
    "street": "2 Test Street",
    "city": "Testville",
    "region": "OR",
    "postal_code": "97005",
    "country": "US",
}
PRODUCT = {
    "style_code": "CW2288-111",
    "brand": "Brand",
    "model": "Other",
    "colorway": "White",
    "retail_price": 11_000,
    "release_date": "2021-03-10",
    "sizes": [{"size": "9"}],
    "images": [{"url": "https://images.example.com/1.jpg", "position": 0}],
}
VERDICT = {
    "passed": True,
    "checks": {"box_condition": True, "authenticity_markers": True, "size_verification": True},
    "photos": ["https://photos.example.com/1.jpg"],
}
NAMES = {"first_name": "Test", "last_name": "User"}


def of_buyer(request: dict[str, Any]) -> Make:
    async def make(exchange: Exchange) -> Example:
        return Example(exchange.buyer, request)

    return make


def by_service(request: dict[str, Any]) -> Make:
    async def make(_: Exchange) -> Example:
        return Example(None, request)

    return make


def of_product(**more: Any) -> Make:
    async def make(exchange: Exchange) -> Example:
        await exchange.trade()
        return Example(exchange.buyer, {"product_id": str(exchange.product.id), **more})

    return make


async def create_product(exchange: Exchange) -> Example:
    return Example(exchange.admin, PRODUCT)


def of_order(status: OrderStatus, name: str = "order_id") -> Make:
    async def make(exchange: Exchange) -> Example:
        order = await exchange.trade(status)
        return Example(None, {name: str(order.id)})

    return make


def new_quote(seller: bool) -> Make:
    async def make(exchange: Exchange) -> Example:
        terms = {"size": SIZE, "amount": 20_000, "expires_in_days": 30}
        actor = exchange.seller if seller else exchange.buyer
        return Example(actor, {"product_id": str(exchange.product.id), **terms})

    return make


async def cancel_bid(exchange: Exchange) -> Example:
    placed = await exchange.bid(exchange.buyer)
    return Example(exchange.buyer, {"bid_id": str(placed.quote.id)})


async def cancel_ask(exchange: Exchange) -> Example:
    placed = await exchange.ask(exchange.seller)
    return Example(exchange.seller, {"ask_id": str(placed.quote.id)})


async def my_quotes(exchange: Exchange) -> Example:
    await exchange.trade()
    return Example(exchange.buyer, {"status": "matched", "limit": 5})


async def get_order(exchange: Exchange) -> Example:
    order = await exchange.trade(OrderStatus.DELIVERED)
    return Example(exchange.buyer, {"order_id": str(order.id)})


async def ship(exchange: Exchange) -> Example:
    order = await exchange.trade()
    return Example(exchange.seller, {"order_id": str(order.id), "move": "ship", **PARCEL})


async def cancel_order(exchange: Exchange) -> Example:
    order = await exchange.trade()
    return Example(exchange.seller, {"order_id": str(order.id), "reason": "sold elsewhere"})


async def reserved(exchange: Exchange) -> OrderId:
    order_id = await exchange.match()
    await exchange.workers.relay.drain()
    return order_id


async def process_payment(exchange: Exchange) -> Example:
    return Example(None, {"order_id": str(await reserved(exchange))})


async def create_payout(exchange: Exchange) -> Example:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.clock.advance(timedelta(days=30))
    return Example(None, {"order_id": str(order.id)})


async def handle_webhook(exchange: Exchange) -> Example:
    await exchange.trade()
    body, signature = (await exchange.provider.webhooks())[0]
    return Example(None, {"body": base64.b64encode(body).decode(), "signature": signature})


async def auth_tasks(exchange: Exchange) -> Example:
    await exchange.trade(OrderStatus.AUTHENTICATING)
    return Example(exchange.authenticator, {"status": "received"})


async def complete_auth(exchange: Exchange) -> Example:
    order = await exchange.trade(OrderStatus.AUTHENTICATING)
    task = await exchange.store.authentication_tasks.find_by_order(order.id)
    assert task is not None
    return Example(exchange.authenticator, {"task_id": str(task.id), "finding": VERDICT})


async def notifications(exchange: Exchange) -> Example:
    await exchange.trade()
    return Example(exchange.buyer, {"unread": True})


async def candles(exchange: Exchange) -> Example:
    await exchange.trade()
    start = (exchange.clock.now() - timedelta(days=2)).isoformat()
    of = {"product_id": str(exchange.product.id), "interval": "1d", "size": SIZE}
    return Example(exchange.buyer, {**of, "start": start})


EXAMPLES: dict[str, Make] = {
    "UserService.Register": by_service(
        {"email": "new@example.com", "password": "correct horse", **NAMES}
    ),
    "UserService.Login": by_service({"email": "user-2@example.com", "password": "correct horse"}),
    "UserService.GetProfile": of_buyer({}),
    "UserService.UpdateProfile": of_buyer({"first_name": "Other"}),
    "UserService.AddAddress": of_buyer(ADDRESS),
    "UserService.GetAddresses": of_buyer({}),
    "ProductService.CreateProduct": create_product,
    "ProductService.GetProduct": of_product(),
    "ProductService.ListProducts": of_buyer({"limit": 5}),
    "ProductService.CheckStock": of_product(size=SIZE),
    "ProductService.ReserveStock": of_order(OrderStatus.PENDING),
    "ProductService.ReleaseStock": of_order(OrderStatus.CANCELLED),
    "BiddingService.PlaceBid": new_quote(seller=False),
    "BiddingService.CancelBid": cancel_bid,
    "BiddingService.GetMyBids": my_quotes,
    "BiddingService.PlaceAsk": new_quote(seller=True),
    "BiddingService.CancelAsk": cancel_ask,
    "BiddingService.GetMyAsks": my_quotes,
    "BiddingService.GetMarketData": of_product(size=SIZE),
    "BiddingService.GetOrderBook": of_product(size=SIZE, depth=5),
    "OrderService.CreateOrder": of_order(OrderStatus.PENDING, "match_id"),
    "OrderService.GetOrder": get_order,
    "OrderService.UpdateOrderStatus": ship,
    "OrderService.CancelOrder": cancel_order,
    "PaymentService.ProcessPayment": process_payment,
    "PaymentService.CreatePayout": create_payout,
    "PaymentService.RefundPayment": of_order(OrderStatus.CANCELLED),
    "PaymentService.HandleWebhook": handle_webhook,
    "SearchService.Search": of_buyer({"q": "brand", "sort": "relevance"}),
    "SearchService.Autocomplete": of_buyer({"q": "bra"}),
    "SearchService.GetFacets": of_buyer({"q": "brand", "year": 2021}),
    "AuthenticationService.CreateAuthTask": of_order(OrderStatus.CONFIRMED),
    "AuthenticationService.GetAuthTasks": auth_tasks,
    "AuthenticationService.CompleteAuth": complete_auth,
    "NotificationService.GetNotifications": notifications,
    "AnalyticsService.GetCandles": candles,
    "AnalyticsService.GetStatistics": of_product(size=SIZE),
    "AnalyticsService.GetSales": of_product(limit=5),
}
