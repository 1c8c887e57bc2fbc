"""A small market behind the API: people of every role, a product, and ways to trade."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from litestar import Litestar
from litestar.routes import HTTPRoute

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.application import Application
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.alarms import AlarmKind
from solebook.ports.language.events import AlarmRaised
from solebook.ports.language.halts import Halt
from solebook.ports.language.ids import HaltId, ProductId, UserId
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import Actor, Role

from ...served import ADDRESS, PASSWORD

PRODUCT = {
    "style_code": "DD1391-100",
    "brand": "Nike",
    "model": "Dunk Low",
    "colorway": "White/Black",
    "retail_price": 11_000,
    "release_date": "2021-03-10",
    "sizes": [{"size": "9"}, {"size": "10.5"}],
    "images": [{"url": "https://images.example.com/1.jpg", "position": 0}],
}
PARCEL = {"carrier": "UPS", "tracking_number": "1Z999AA10123456784"}
CHECKS = {"box_condition": True, "authenticity_markers": True, "size_verification": True}
PASS = {
    "passed": True,
    "checks": CHECKS,
    "photos": ["https://photos.example.com/1.jpg"],
}
BROWSER = {
    "endpoint": "https://fcm.googleapis.com/fcm/send/c0ffee",
    "p256dh": "B" + 86 * "A",
    "auth": 22 * "A",
}
ROOT = Actor(UserId(UUID(int=1)), frozenset({Role.ADMIN}))


def is_page(route: HTTPRoute) -> bool:
    """Whether a route is a page for people, who are known by a cookie."""
    return any(handler.opt.get("is_page") for handler in route.route_handlers)


@dataclass
class Person:
    """Somebody who is signed in."""

    name: str
    id: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class World:
    """The application, its workers and a client of its API."""

    application: Application
    app: Litestar
    client: httpx.AsyncClient
    clock: VirtualClock
    workers: Workers
    product_id: str = ""
    people: dict[str, Person] = field(default_factory=dict)

    # ---- calls -------------------------------------------------------------------------------

    async def call(
        self, method: str, path: str, who: Person | None = None, **request: Any
    ) -> httpx.Response:
        """Call the API as somebody, or as nobody."""
        headers = {**(who.headers if who else {}), **request.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **request)

    async def get(self, path: str, who: Person | None = None, **request: Any) -> httpx.Response:
        return await self.call("GET", path, who, **request)

    async def post(
        self, path: str, who: Person | None = None, json: Any = None, **request: Any
    ) -> httpx.Response:
        return await self.call("POST", path, who, json=json, **request)

    async def ok(self, method: str, path: str, who: Person | None = None, **request: Any) -> Any:
        """Call the API and return the body of the success that it must be."""
        answer = await self.call(method, path, who, **request)
        assert answer.is_success, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def later(self, call: Coroutine[Any, Any, httpx.Response]) -> asyncio.Task[httpx.Response]:
        """Begin a call whose answer waits for time to pass, or for the workers."""
        return asyncio.create_task(call)

    async def carried_out(self, path: str, who: Person, json: Any) -> httpx.Response:
        """Ask for what the workers carry out, and return the answer that waited for them."""
        call = self.later(self.post(path, who, json=json))
        await self.clock.advance(timedelta(0))
        await self.workers.settle()
        await self.clock.advance(timedelta(seconds=3))
        return await call

    # ---- people ------------------------------------------------------------------------------

    async def person(self, name: str, *roles: Role) -> Person:
        """Register somebody, give them roles and sign them in."""
        person = self.people[name] = Person(name)
        body = {
            "email": f"{name}@example.com",
            "password": PASSWORD,
            "first_name": "Test",
            "last_name": name.title(),
        }
        await self.ok("POST", "/v1/users", json=body)
        await self.sign_in(person)
        # A request would take a token of the user's limit.
        token = person.headers["Authorization"].removeprefix("Bearer ")
        actor, _ = await self.application.users.authenticate_request(token)
        person.id = str(actor.user_id)
        if roles:
            await self.application.users.set_roles(
                ROOT,
                UserId(UUID(person.id)),
                roles=frozenset({Role.BUYER, *roles}),
                reason="as agreed",
            )
            await self.sign_in(person)
        return person

    async def sign_in(self, person: Person) -> None:
        """Give somebody a fresh access token."""
        body = {"email": f"{person.name}@example.com", "password": PASSWORD}
        tokens = await self.ok("POST", "/v1/sessions", json=body)
        person.headers = {"Authorization": f"Bearer {tokens['access_token']}"}

    async def buyer(self, name: str, card: str = "pm_card_visa") -> Person:
        """Register somebody who may bid."""
        buyer = await self.person(name)
        await self.ok("PUT", "/v1/users/me/payment-method", buyer, json={"token": card})
        await self.ok("POST", "/v1/users/me/addresses", buyer, json=ADDRESS)
        return buyer

    async def seller(self, name: str, account: str = "acct_seller") -> Person:
        """Register somebody who may ask."""
        seller = await self.person(name)
        await self.ok("PUT", "/v1/users/me/payout-account", seller, json={"account": account})
        await self.sign_in(seller)  # which makes the new role part of the token
        return seller

    # ---- trade -------------------------------------------------------------------------------

    def quote(self, amount: int = 20_000, **more: Any) -> dict[str, Any]:
        """Return the body of a bid or an ask for the product."""
        return {**self.book(), "amount": amount, **more}

    async def halt(self) -> Halt:
        """Halt every book of the product."""
        application = self.application
        return await application.matching.halt(
            Halt(
                id=HaltId(application.adapters.ids.new()),
                product_id=ProductId(UUID(self.product_id)),
                size=None,
                condition=None,
                halted_at=self.clock.now(),
            )
        )

    def book(self) -> dict[str, Any]:
        """Return what names the product's book in a body."""
        return {"product_id": self.product_id, "size": "10.5"}

    async def bid(self, who: Person, amount: int = 20_000, **more: Any) -> Any:
        return await self.ok("POST", "/v1/bids", who, json=self.quote(amount, **more))

    async def ask(self, who: Person, amount: int = 20_000, **more: Any) -> Any:
        return await self.ok("POST", "/v1/asks", who, json=self.quote(amount, **more))

    async def watch(self, who: Person, price: int = 20_000, **more: Any) -> Any:
        body = {**self.book(), "price": price, **more}
        return await self.ok("POST", "/v1/price-alerts", who, json=body)

    async def order(self, buyer: Person, seller: Person, amount: int = 20_000) -> str:
        """Have two people trade, and return the order, paid and confirmed."""
        await self.ask(seller, amount)
        match = (await self.bid(buyer, amount))["match"]
        await self.workers.settle()
        return str(match["order_id"])

    async def task_of(self, order_id: str, authenticator: Person) -> str:
        """Return the authentication task of an order."""
        tasks = await self.ok("GET", "/v1/authentication/tasks?limit=100", authenticator)
        [task] = [task for task in tasks["items"] if task["order_id"] == order_id]
        return str(task["id"])

    async def move(self, order_id: str, move: str, who: Person, **request: Any) -> Any:
        """Move an order on, and let follow what follows."""
        moved = await self.ok("POST", f"/v1/orders/{order_id}/{move}", who, **request)
        await self.workers.settle()
        return moved

    async def pass_of_time(self, by: timedelta) -> None:
        """Let time pass and happen what falls due; everybody signs in anew."""
        await self.clock.advance(by)
        await self.workers.settle()
        for person in self.people.values():
            await self.sign_in(person)


async def alarm(world: World) -> str:
    """Raise an alarm that is about no order, and return its id."""
    store = world.application.adapters.store
    async with store.transaction():
        await store.outbox.add(AlarmRaised(AlarmKind.PROVIDER_REPORT, None, "look at this"))
    await world.workers.settle()
    return str((await store.alarms.page(PageRequest(limit=1))).items[0].id)


async def open_market(world: World) -> dict[str, str]:
    """Put somebody of every role into the world, a product, an order, and quotes that rest.

    Return what stands for the parameters of paths: the address, the browser, the API key, the card,
    the bid, the price alert, the notification, the webhook endpoint and the order are the buyer's,
    the ask and the order the seller's;
    `user_id` and "other" are no party to anything.
    """
    admin = await world.person("admin", Role.ADMIN)
    authenticator = await world.person("authenticator", Role.AUTHENTICATOR)
    await world.person("other")
    world.product_id = (await world.ok("POST", "/v1/products", admin, json=PRODUCT))["id"]
    buyer, seller = await world.buyer("buyer"), await world.seller("seller")
    [address] = await world.ok("GET", "/v1/users/me/addresses", buyer)
    [card] = await world.ok("GET", "/v1/users/me/payment-methods", buyer)
    browser = await world.ok("POST", "/v1/users/me/push-subscriptions", buyer, json=BROWSER)
    key = {"name": "my bot", "scopes": ["read"]}
    created = await world.ok("POST", "/v1/users/me/api-keys", buyer, json=key)
    order_id = await world.order(buyer, seller)
    endpoint = {"url": "https://hooks.example.com/", "kinds": ["order.created"]}
    registered = await world.ok("POST", "/v1/webhooks", buyer, json=endpoint)
    endpoint_id = registered["endpoint"]["id"]
    return {
        "user_id": (await world.person("bystander")).id,
        "address_id": address["id"],
        "subscription_id": browser["id"],
        "key_id": created["api_key"]["id"],
        "payment_method_id": card["id"],
        "setup_id": "seti_unknown",
        "product_id": world.product_id,
        "order_id": order_id,
        "task_id": await world.task_of(order_id, authenticator),
        "bid_id": (await world.bid(buyer, 10_000))["bid"]["id"],
        "ask_id": (await world.ask(seller, 30_000))["ask"]["id"],
        "alarm_id": await alarm(world),
        "endpoint_id": endpoint_id,
        "webhook_id": (await world.ok("POST", f"/v1/webhooks/{endpoint_id}/test", buyer))["id"],
        "alert_id": (await world.watch(buyer))["id"],
        "notification_id": (await world.ok("GET", "/v1/notifications", buyer))["items"][0]["id"],
    }
