"""The state of the double: all objects, without HTTP, files or a clock of its own."""

import copy
import hashlib
import heapq
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from .errors import ApiError, no_such
from .ledger import Ledger

Object = dict[str, Any]
"""An object of the API. Names that begin with an underscore are the double's own."""

API_VERSION = "2026-10-28.endive"
"""The version of the API that stripe-python 16.1 asks for."""
MOST_OBJECTS = 100_000
"""The maximum number of objects of a kind in an account."""
KEPT_EVENTS = 30 * 86_400
"""Seconds that an event can be read, as at Stripe."""
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass
class Delivery:
    """An event on its way to an endpoint."""

    number: int
    event: str
    endpoint: str
    account: str
    attempts: int
    due: float


@dataclass
class State:
    """All objects of the platform and its connected accounts, and what is due later.

    The platform's account is the empty one. Times are in seconds since 1970.
    """

    seed: str = "double"
    base: str = ""
    """Where the pages of the double are."""
    now: float = 0.0
    ahead: float = 0.0
    """How far the double's clock was moved forward, in seconds."""
    request: str | None = None
    key: str | None = None
    tables: dict[tuple[str, str], dict[str, Object]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    ledger: Ledger = field(default_factory=Ledger)
    deliveries: dict[int, Delivery] = field(default_factory=dict)
    lost_deliveries: int = 0
    """How many deliveries were given up, because too many waited or an endpoint never answered."""
    due: list[tuple[float, int, str, str, str]] = field(default_factory=list)
    counter: int = 0

    @property
    def second(self) -> int:
        """The time in whole seconds, as objects have it."""
        return int(self.now)

    def new_id(self, prefix: str, length: int = 24) -> str:
        """Return an id that the same calls in the same order get again."""
        return f"{prefix}_{self.secret(length)}"

    def secret(self, length: int = 24) -> str:
        """Return letters that look random."""
        self.counter += 1
        number = int.from_bytes(hashlib.sha256(f"{self.seed}:{self.counter}".encode()).digest())
        letters = []
        for _ in range(length):
            number, place = divmod(number, len(_LETTERS))
            letters.append(_LETTERS[place])
        return "".join(letters)

    def add(self, obj: Object, account: str = "") -> Object:
        """Keep a new object. Raises ApiError if there are too many of its kind."""
        table = self.tables[account, obj["object"]]
        if len(table) >= MOST_OBJECTS:
            raise ApiError(
                f"The double holds at most {MOST_OBJECTS} objects of a kind; reset it.",
                status=429,
                code="rate_limit",
            )
        table[obj["id"]] = obj
        return obj

    def of(self, kind: str, account: str = "") -> dict[str, Object]:
        """Return all objects of a kind by id, oldest first."""
        return self.tables[account, kind]

    def get(self, kind: str, ident: str, *, account: str = "", param: str | None = None) -> Object:
        """Return an object. Raises ApiError: 404, or 400 if a parameter named it."""
        found = self.of(kind, account).get(ident)
        if found is None or (param is not None and found.get("deleted")):
            raise no_such(
                _NAMES.get(kind, kind),
                ident,
                param or _PARAMS.get(kind, "id"),
                status=400 if param else 404,
            )
        return found

    def find(self, ident: str, account: str = "") -> Object | None:
        """Return the object with this id, whatever it is."""
        for (owner, _), table in self.tables.items():
            if owner in (account, "") and ident in table:
                return table[ident]
        return None

    def later(self, after: float, kind: str, ident: str, account: str = "") -> None:
        """Let something happen in some seconds."""
        self.counter += 1
        heapq.heappush(self.due, (self.now + after, self.counter, kind, ident, account))

    def emit(
        self,
        kind: str,
        obj: Object,
        *,
        account: str = "",
        previous: Object | None = None,
    ) -> None:
        """Record an event about an object as it is now, and send it to the endpoints for it."""
        data: Object = {"object": copy.deepcopy(shown(obj))}
        if previous is not None:
            data["previous_attributes"] = copy.deepcopy(previous)
        event: Object = {
            "id": self.new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.second,
            "data": data,
            "livemode": False,
            "pending_webhooks": 0,
            "request": {"id": self.request, "idempotency_key": self.key},
            "type": kind,
        }
        if account:
            event["account"] = account
        self._forget_events(account)
        self.of("event", account)[event["id"]] = event
        for endpoint in self.of("webhook_endpoint").values():
            if _wants(endpoint, kind, account):
                self.deliver(event, endpoint["id"], account)

    def deliver(self, event: Object, endpoint: str, account: str = "") -> None:
        """Queue an event for an endpoint. If too many wait, it is only in the list of events."""
        if len(self.deliveries) >= MOST_OBJECTS:
            self.lost_deliveries += 1
            return
        self.counter += 1
        event["pending_webhooks"] += 1
        self.deliveries[self.counter] = Delivery(
            self.counter, event["id"], endpoint, account, 0, self.now
        )

    def _forget_events(self, account: str) -> None:
        events = self.of("event", account)
        while events:
            oldest = next(iter(events.values()))
            if len(events) < MOST_OBJECTS and oldest["created"] > self.now - KEPT_EVENTS:
                return
            del events[oldest["id"]]


_NAMES = {
    "payment_method": "PaymentMethod",
    "payment_intent": "payment_intent",
    "setup_intent": "setupintent",
    "webhook_endpoint": "webhook endpoint",
    "transfer_reversal": "transfer reversal",
    "balance_transaction": "balance transaction",
}
_PARAMS = {
    "payment_intent": "intent",
    "setup_intent": "intent",
    "payment_method": "payment_method",
    "charge": "charge",
    "refund": "refund",
    "transfer": "transfer",
    "payout": "payout",
    "dispute": "dispute",
    "webhook_endpoint": "webhook_endpoint",
}


def _wants(endpoint: Object, kind: str, account: str) -> bool:
    return (
        endpoint["status"] == "enabled"
        and endpoint["_connect"] is bool(account)
        and ("*" in endpoint["enabled_events"] or kind in endpoint["enabled_events"])
    )


def shown(obj: Object) -> Object:
    """Return the object without what is the double's own."""
    return {name: value for name, value in obj.items() if not name.startswith("_")}
