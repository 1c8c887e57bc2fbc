"""`solebook admin` beside an exchange that is served, and beside one that is not."""

import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ..served import ADDRESS
from .test_serve import PATIENCE, PRODUCT, Server, serving, solebook

pytestmark = pytest.mark.journey

NOT_CARRIED_OUT_YET = 3
"""The exit code of a command that waited in vain for the exchange."""


@dataclass
class Town:
    """A folder in which there are a seller with an ask, a buyer and an admin."""

    folder: Path
    product_id: str = ""

    def open(self, server: Server) -> None:
        done = solebook(
            self.folder, "admin", "grant", "admin@example.com", "--register", "--reason", "a start"
        )
        assert (done.returncode, done.stderr) == (0, "")
        admin = server.sign_in("admin")
        self.product_id = server.ok("POST", "/v1/products", admin, json=PRODUCT)["id"]
        buyer = server.register("buyer")
        server.ok("PUT", "/v1/users/me/payment-method", buyer, json={"token": "pm_card_visa"})
        server.ok("POST", "/v1/users/me/addresses", buyer, json=ADDRESS)
        seller = server.register("seller")
        server.ok("PUT", "/v1/users/me/payout-account", seller, json={"account": "acct_1"})

    def place(self, server: Server, who: str, side: str, amount: int) -> Any:
        """Place a quote, and return its id."""
        quote = {"product_id": self.product_id, "size": "9", "amount": amount}
        return server.ok("POST", f"/v1/{side}s", server.sign_in(who), json=quote)[side]["id"]

    def prices(self, server: Server) -> tuple[list[int], list[int]]:
        view = server.ok("GET", f"/v1/products/{self.product_id}/book?size=9")
        return [level["price"] for level in view["bids"]], [
            level["price"] for level in view["asks"]
        ]

    def admin(self, *arguments: str) -> tuple[int, str]:
        done = solebook(self.folder, "admin", *arguments)
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def test_the_running_exchange_carries_the_request_out_and_the_command_says_so(town: Town) -> None:
    with serving(town.folder) as server:
        town.open(server)
        ask = town.place(server, "seller", "ask", 20_000)
        code, said = town.admin("withdraw-quote", ask, "--reason", "a typing error")
        assert (code, said.splitlines()[0]) == (0, f"the ask {ask} is cancelled")
        assert town.prices(server) == ([], [])
        code, said = town.admin("withdraw-quote", ask, "--reason", "once more")
        assert code == 1, said
        town.place(server, "buyer", "bid", 10_000)
        code, said = town.admin("suspend", "buyer@example.com", "--reason", "fraud")
        assert code == 0, said
        assert town.prices(server) == ([], [])
        answer = server.http.post(
            "/v1/bids",
            headers={"Authorization": f"Bearer {server.sign_in('buyer')}"},
            json={"product_id": town.product_id, "size": "9", "amount": 10_000},
        )
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/trading-suspended")
        code, said = town.admin("reinstate", "buyer@example.com", "--reason", "a mistake")
        assert code == 0, said
        town.place(server, "buyer", "bid", 10_000)
        assert server.end(signal.SIGTERM)[0] == 0


def test_a_pending_request_is_carried_out_at_the_next_start(town: Town) -> None:
    with serving(town.folder) as server:
        town.open(server)
        ask = town.place(server, "seller", "ask", 20_000)
        bid = town.place(server, "buyer", "bid", 10_000)
        assert server.end(signal.SIGTERM)[0] == 0
    code, said = town.admin("withdraw-quote", ask, "--reason", "a typing error", "--wait", "1")
    assert code == NOT_CARRIED_OUT_YET, said
    code, said = town.admin("suspend", "buyer@example.com", "--reason", "fraud", "--wait", "1")
    assert code == NOT_CARRIED_OUT_YET, said
    with serving(town.folder) as server:
        _until_empty(town, server)
        for who, side, quote_id in (("seller", "ask", ask), ("buyer", "bid", bid)):
            quote = server.ok("GET", f"/v1/{side}s/{quote_id}", server.sign_in(who))
            assert quote["status"] == "cancelled"
        log = server.ok("GET", "/v1/admin/audit", server.sign_in("admin"))["items"]
        assert [entry["action"] for entry in log].count("carried_out") == 2
        assert server.end(signal.SIGTERM)[0] == 0


def _until_empty(town: Town, server: Server) -> None:
    begun = time.monotonic()
    while town.prices(server) != ([], []) and time.monotonic() < begun + PATIENCE:
        time.sleep(0.1)
