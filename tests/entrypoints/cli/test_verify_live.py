"""A verification beside a server under load gives no false alarm."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from .processes import Processes, Running

_TRADERS = 4
_LIMITS = ("USER", "ADDRESS", "CREDENTIALS")


@pytest.fixture(params=["sqlite", "postgres"])
def processes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Processes]:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    processes = Processes(tmp_path, url)
    yield processes
    processes.close()


class Trader(threading.Thread):
    """Somebody who bids, asks, reprices, cancels and ships, as fast as the exchange answers."""

    def __init__(self, at: Running, token: str, product: str, seed: int) -> None:
        super().__init__()
        self._http = httpx.Client(base_url=at.http.base_url, timeout=60)
        self._headers = {"Authorization": f"Bearer {token}"}
        self._product = product
        self._chance = random.Random(seed)
        self._over = threading.Event()
        self.trades = 0

    def run(self) -> None:
        while not self._over.is_set():
            side = self._chance.choice(["bid", "ask"])
            placed = self._ask_for("POST", f"/v1/{side}s", self._quote())
            if placed is None:
                continue
            if placed["match"] is not None:
                self.trades += 1
            elif self._chance.random() < 0.3:
                path = f"/v1/{side}s/{placed[side]['id']}"
                amount = {"amount": self._amount()}
                self._ask_for("PATCH", path, amount)
                self._ask_for("DELETE", path)
            if self._chance.random() < 0.3:
                self._ship()

    def stop(self) -> None:
        self._over.set()
        self.join()
        self._http.close()

    def _ship(self) -> None:
        """Ship or cancel what was sold."""
        page = self._ask_for("GET", "/v1/orders?role=seller&status=confirmed&limit=5")
        for order in (page or {"items": []})["items"]:
            path = f"/v1/orders/{order['id']}"
            if self._chance.random() < 0.5:
                parcel = {"carrier": "UPS", "tracking_number": "1Z999"}
                self._ask_for("POST", f"{path}/shipment", parcel)
            else:
                self._ask_for("POST", f"{path}/cancellation", {"reason": "sold elsewhere"})

    def _quote(self) -> dict[str, Any]:
        return {"product_id": self._product, "size": "9", "amount": self._amount()}

    def _amount(self) -> int:
        return self._chance.randrange(180, 220) * 100

    def _ask_for(self, method: str, path: str, body: Any = None) -> Any:
        """Return the answer's body, or None if it is a refusal."""
        answer = self._http.request(method, path, headers=self._headers, json=body)
        return answer.json() if answer.is_success and answer.content else None


@contextmanager
def under_load(at: Running, product: str) -> Iterator[list[Trader]]:
    tokens = [at.register(f"trader-{number}") for number in range(_TRADERS)]
    traders = [Trader(at, token, product, seed) for seed, token in enumerate(tokens)]
    for trader in traders:
        trader.start()
    try:
        yield traders
    finally:
        for trader in traders:
            trader.stop()


@pytest.mark.no_cover  # all runs in other processes
def test_a_verification_under_load_gives_no_false_alarm(processes: Processes, full: bool) -> None:
    assert processes.run("migrate").returncode == 0
    assert processes.run("admin", "grant", "admin@example.com", "--register").returncode == 0
    server = processes.serve(
        **{f"SOLEBOOK_HTTP__{name}_LIMIT__BURST": "1000000" for name in _LIMITS}
    )
    server.wait_until_ready()
    product = server.add_product(server.sign_in("admin"))
    with under_load(server, product) as traders:
        for _ in range(100 if full else 3):
            verified = processes.run("admin", "verify")
            assert verified.returncode == 0, verified.stdout + verified.stderr
    assert sum(trader.trades for trader in traders) > 0
    assert server.end()[0] == 0
    assert processes.run("admin", "verify").returncode == 0
