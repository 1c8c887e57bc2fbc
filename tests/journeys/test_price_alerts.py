"""A price alert rests over a restart, in a store on a disk, and what it missed is made up for."""

import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from .test_serve import PATIENCE, PRODUCT, Server, serving, solebook

pytestmark = pytest.mark.journey

FEW_SECONDS: Mapping[str, str] = {"SOLEBOOK_MARKET__PRICE_ALERT_PAUSE": "5"}


@dataclass
class Market:
    """A product, a seller, and a watcher with an alert at each of some prices."""

    server: Server
    pair: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def open(self, folder: Path) -> None:
        granted = solebook(folder, "admin", "grant", "admin@example.com", "--register")
        assert granted.returncode == 0
        admin = self.server.sign_in("admin")
        product_id = self.server.ok("POST", "/v1/products", admin, json=PRODUCT)["id"]
        self.pair = {"product_id": product_id, "size": "9"}
        self.tokens = {name: self.server.register(name) for name in ("seller", "watcher", "other")}
        account = {"account": "acct_1"}
        self.server.ok("PUT", "/v1/users/me/payout-account", self.tokens["seller"], json=account)
        self.tokens["seller"] = self.server.sign_in("seller")
        for price in range(19_000, 20_100, 100):
            self.watch("watcher", price)

    def watch(self, who: str, price: int) -> None:
        alert = self.pair | {"price": price}
        self.server.ok("POST", "/v1/price-alerts", self.tokens[who], json=alert)

    def place(self, amount: int) -> str:
        quote = self.pair | {"amount": amount}
        return str(
            self.server.ok("POST", "/v1/asks", self.tokens["seller"], json=quote)["ask"]["id"]
        )

    def cancel(self, ask_id: str) -> None:
        self.server.ok("DELETE", f"/v1/asks/{ask_id}", self.tokens["seller"])

    def told(self, who: str) -> list[str]:
        items = self.server.ok("GET", "/v1/notifications?limit=100", self.tokens[who])["items"]
        return [item["subject"] for item in items if item["kind"] == "price_dropped"][::-1]

    def wait_until_told(self, who: str, count: int) -> list[str]:
        until = time.monotonic() + PATIENCE
        while len(subjects := self.told(who)) < count and time.monotonic() < until:
            time.sleep(0.1)
        return subjects


def test_alerts_rest_together_over_a_kill(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        market = Market(server)
        market.open(tmp_path)
        market.place(20_000)
        assert len(market.wait_until_told("watcher", 1)) == 1
        server.end(signal.SIGKILL)
    with serving(tmp_path) as server:
        market = replace(market, server=server)
        for amount in range(19_900, 19_000, -100):
            market.cancel(market.place(amount))
        # Somebody who is told of the very last fall is told after all before it was looked at.
        market.watch("other", 19_000)
        market.place(19_000)
        assert len(market.wait_until_told("other", 1)) == 1
        assert len(market.told("watcher")) == 1


def test_a_drop_missed_before_a_kill_is_reported_after_it(tmp_path: Path) -> None:
    with serving(tmp_path, settings=FEW_SECONDS) as server:
        market = Market(server)
        market.open(tmp_path)
        market.place(20_000)
        assert len(market.wait_until_told("watcher", 1)) == 1
        market.place(19_000)
        server.end(signal.SIGKILL)
    with serving(tmp_path, settings=FEW_SECONDS) as server:
        first, second = replace(market, server=server).wait_until_told("watcher", 2)
        assert "$200.00" in first
        assert "$190.00" in second
