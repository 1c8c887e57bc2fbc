"""People who trade over HTTP while what serves them is killed, and remember every answer."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import httpx

from .processes import PATIENCE, Running

T = TypeVar("T")

CLIENTS = 16
SIZES = ("8", "9", "10")
_AMOUNTS = range(20_000, 20_600, 100)
_PAUSE = 0.1
"""Seconds before somebody asks again who was not answered."""
_REPLAYED = "Idempotent-Replayed"
_TAKEN, _CHANGED, _CONFLICT = 201, 200, 409
_GONE = ("matched", "cancelled")


class Doors:
    """The processes that serve at present, which may be others a moment later."""

    def __init__(self) -> None:
        self._urls: list[str] = []

    def open(self, *serving: Running) -> None:
        self.lead_to(str(running.http.base_url).rstrip("/") for running in serving)

    def lead_to(self, urls: Iterable[str]) -> None:
        self._urls = list(urls)

    def url(self, number: int) -> str:
        return self._urls[number % len(self._urls)]


@dataclass
class Known:
    """What the owner of a bid or an ask was told of it, and so may rely on."""

    kind: str
    key: str
    body: dict[str, Any]
    id: str
    status: str
    match: str | None
    amounts: set[int]
    """The amount; two while nobody knows whether a change that was refused in the end took effect
    before."""
    late: set[int] = field(default_factory=set)
    """Amounts of changes that were asked for again: a process that hung may make them late."""

    def note(self, quote: dict[str, Any]) -> None:
        self.status, self.match = quote["status"], quote["match_id"]
        self.amounts = {quote["amount"]}

    def check(self, quote: dict[str, Any]) -> None:
        """Assert that the quote is what its owner was told, or was matched since."""
        assert quote["amount"] in self.amounts | self.late, (self, quote)
        if self.status in _GONE:
            assert quote["status"] == self.status, (self, quote)
        assert quote["status"] in ("active", *_GONE[:1]) or self.status == "cancelled", (
            self,
            quote,
        )
        if self.match is not None:
            assert quote["match_id"] == self.match, (self, quote)


class Accepted(NamedTuple):
    """When a bid or an ask was sent for the last time, and accepted, by the monotonic clock."""

    sent_at: float
    at: float


@dataclass
class Trader:
    """One who bids and asks, and asks again until there is an answer."""

    number: int
    token: str
    doors: Doors
    product: str
    seed: float
    timeout: float = PATIENCE
    """Seconds after which a request that was not answered is made again, elsewhere."""
    pause: float = 0.0
    """Seconds between an answer and the next request."""
    known: list[Known] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    """Answers that no failure of a process or of the database excuses."""
    answered_at: list[float] = field(default_factory=list)
    """When something that changed the books was acknowledged, by the monotonic clock."""
    orders: list[Accepted] = field(default_factory=list)
    """When bids and asks were accepted."""
    refused: Counter[str] = field(default_factory=Counter)
    """How often there was no answer, or one that says to ask again, by the reason."""

    def __post_init__(self) -> None:
        signed_in = {"Authorization": f"Bearer {self.token}"}
        self._http = httpx.Client(timeout=self.timeout, headers=signed_in)
        self._sent_at = 0.0
        self._door = self.number
        self._random = random.Random(self.seed)

    def close(self) -> None:
        self._http.close()

    def act(self) -> None:
        """Place something, or change or cancel something that was placed before."""
        standing = [known for known in self.known if known.status not in _GONE]
        what = self._random.random()
        if not standing or what < 0.6:
            self._place()
        elif what < 0.8:
            self._reprice(self._random.choice(standing))
        else:
            self._cancel(self._random.choice(standing))

    def _place(self) -> None:
        kind = self._random.choice(("bids", "asks"))
        body = {
            "product_id": self.product,
            "size": self._random.choice(SIZES),
            "amount": self._random.choice(_AMOUNTS),
        }
        key = str(UUID(int=self._random.getrandbits(128)))
        answer, _ = self._insist("POST", f"/v1/{kind}", json=body, key=key)
        if answer.status_code != _TAKEN:
            self._expect(answer, _CONFLICT)  # nobody trades with themselves
            return
        quote = answer.json()[kind.removesuffix("s")]
        known = Known(kind, key, body, quote["id"], "", None, set())
        known.note(quote)
        self.known.append(known)
        self.answered_at.append(time.monotonic())
        self.orders.append(Accepted(self._sent_at, self.answered_at[-1]))

    def _reprice(self, known: Known) -> None:
        amount = self._random.choice(_AMOUNTS)
        path = f"/v1/{known.kind}/{known.id}"
        answer, in_doubt = self._insist("PATCH", path, json={"amount": amount})
        known.late |= {amount} if in_doubt else set()
        if answer.status_code == _CHANGED:
            known.note(answer.json()[known.kind.removesuffix("s")])
            self.answered_at.append(time.monotonic())
        elif answer.json().get("current_status") == "matched":
            known.status = "matched"
            known.amounts |= {amount} if in_doubt else set()
        else:
            self._expect(answer, _CONFLICT)

    def _cancel(self, known: Known) -> None:
        answer, in_doubt = self._insist("DELETE", f"/v1/{known.kind}/{known.id}")
        if answer.status_code == _CHANGED:
            known.status = "cancelled"
            self.answered_at.append(time.monotonic())
            return
        known.status = answer.json().get("current_status", "")
        if known.status == "cancelled" and not in_doubt:
            self.unexpected.append(f"cancelled before: {known}")
        self._expect(answer, _CONFLICT)

    # ---- asking --------------------------------------------------------------------------

    def _insist(
        self, method: str, path: str, *, key: str | None = None, **request: Any
    ) -> tuple[httpx.Response, bool]:
        """Ask until the exchange decides; return whether an earlier try may have taken effect."""
        headers = {} if key is None else {"Idempotency-Key": key}
        give_up_at = time.monotonic() + PATIENCE
        in_doubt = False
        while True:
            self._sent_at = time.monotonic()
            try:
                url = self.doors.url(self._door) + path
                answer = self._http.request(method, url, headers=headers, **request)
            except httpx.TransportError as error:
                in_doubt = True
                self.refused[type(error).__name__] += 1
            else:
                if answer.status_code < 500:
                    return answer, in_doubt
                if answer.status_code != 503 or "Retry-After" not in answer.headers:
                    self.unexpected.append(f"{method} {path}: {answer.status_code} {answer.text}")
                in_doubt = True
                self.refused[answer.json()["detail"]] += 1
            assert time.monotonic() < give_up_at, f"{method} {path} was never answered"
            self._door += 1
            time.sleep(_PAUSE)

    def _expect(self, answer: httpx.Response, status: int) -> None:
        if answer.status_code != status:
            self.unexpected.append(f"{answer.request.url}: {answer.status_code} {answer.text}")

    # ---- what came of it -----------------------------------------------------------------

    def check(self, repeated: int) -> None:
        """Assert that exactly what was acknowledged is there; repeat some of the requests."""
        assert not self.unexpected, self.unexpected
        for kind in ("bids", "asks"):
            stored = {quote["id"]: quote for quote in self._all(kind)}
            known = {known.id: known for known in self.known if known.kind == kind}
            assert stored.keys() == known.keys(), (stored.keys() ^ known.keys(), self.number)
            for each in known.values():
                each.check(stored[each.id])
        for each in self._random.sample(self.known, min(repeated, len(self.known))):
            answer, _ = self._insist("POST", f"/v1/{each.kind}", json=each.body, key=each.key)
            assert answer.status_code == _TAKEN, answer.text
            assert answer.headers[_REPLAYED] == "true"
            assert answer.json()[each.kind.removesuffix("s")]["id"] == each.id

    def _all(self, kind: str) -> Iterator[dict[str, Any]]:
        path: str | None = f"/v1/{kind}?limit=100"
        while path is not None:
            page, _ = self._insist("GET", path)
            body = page.json()
            yield from body["items"]
            after = body["next_cursor"]
            path = f"/v1/{kind}?limit=100&cursor={after}" if after else None


class Crowd:
    """Traders who all act at once."""

    def __init__(self, traders: Sequence[Trader]) -> None:
        self.traders = traders

    @property
    def answers(self) -> list[float]:
        """The instants of all acknowledgements so far, in order."""
        return sorted(at for trader in self.traders for at in [*trader.answered_at])

    @property
    def refused(self) -> Counter[str]:
        """How often somebody had to ask again, by the reason."""
        return sum((trader.refused for trader in self.traders), Counter[str]())

    @contextmanager
    def trading(self) -> Iterator[None]:
        """Have everybody trade until the block is left, and then until the last one is answered."""
        enough = threading.Event()

        def trade(trader: Trader) -> None:
            while not enough.is_set():
                trader.act()
                enough.wait(trader.pause)

        with ThreadPoolExecutor(len(self.traders)) as threads:
            trading = [threads.submit(trade, trader) for trader in self.traders]
            try:
                yield
            finally:
                enough.set()
        for each in trading:
            each.result()

    def all(self, do: Callable[[Trader], T]) -> list[T]:
        with ThreadPoolExecutor(len(self.traders)) as threads:
            return list(threads.map(do, self.traders))

    def check(self, repeated: int = 3) -> None:
        """Assert that everybody finds exactly what was acknowledged."""
        self.all(lambda trader: trader.check(repeated))

    def close(self) -> None:
        for trader in self.traders:
            trader.close()
