"""`solebook serve` in a separate process: start, stop, kill, and one process per folder."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from ..served import ADDRESS, PASSWORD, Served

pytestmark = pytest.mark.journey

COMMAND = (sys.executable, "-m", "solebook.entrypoints.cli.main")
PATIENCE = 60.0
"""Seconds for what takes one or two on a machine that has nothing else to do."""
SOON = 8.0
"""Seconds, fewer than the ten that a request under way would be given."""
PRODUCT = {
    "style_code": "DD1391-100",
    "brand": "Nike",
    "model": "Dunk Low",
    "colorway": "White/Black",
    "retail_price": 11_000,
    "release_date": "2021-03-10",
    "sizes": [{"size": "9"}],
    "images": [],
}


def environment() -> dict[str, str]:
    # As a user has it: Python keeps what is printed to a pipe until it is flushed.
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return plain | {"SOLEBOOK_SECURITY__BCRYPT_COST": "4", "SOLEBOOK_PASSWORD": PASSWORD}


def solebook(
    folder: Path, *arguments: str, settings: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, with the environment's variables that are settings."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment() | dict(settings or {}),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


class Server(Served):
    """A running `solebook serve`."""

    def __init__(
        self, folder: Path, *arguments: str, settings: Mapping[str, str] | None = None
    ) -> None:
        command = [*COMMAND, "serve", "--port", "0", *arguments]
        super().__init__(command, folder, environment() | dict(settings or {}), PATIENCE)
        self.url, self.kept = self._told()
        self.http.base_url = httpx.URL(self.url)

    def _told(self) -> tuple[str, str]:
        """Return what the two lines tell that are printed once it serves."""
        told = self.first_lines(2)
        found = re.fullmatch(
            r"solebook serves (http://127\.0\.0\.1:\d+)  \(the API: \1/schema\)\n"
            r"(.*); Ctrl-C stops\n",
            told,
        )
        if found is None:
            self.fail(told)
        return found[1], found[2]

    def status(self, path: str, token: str) -> int:
        return self.ask_for("GET", path, token).status_code

    def register(self, name: str) -> str:
        person = {"email": f"{name}@example.com", "password": PASSWORD}
        names = {"first_name": "Test", "last_name": "Buyer"}
        self.ok("POST", "/v1/users", json=person | names)
        return self.sign_in(name)

    def end(self, number: int) -> tuple[int, str]:
        """Send a signal, and return the exit code and what was complained of."""
        return self.ended(number, within=SOON)


@contextmanager
def serving(
    folder: Path, *arguments: str, settings: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Serve in a folder, with the environment's variables that are settings."""
    server = Server(folder, *arguments, settings=settings)
    try:
        yield server
    finally:
        server.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_asked_to_stop(tmp_path: Path, number: int) -> None:
    with serving(tmp_path) as server:
        assert server.kept == (
            "everything is kept in solebook-data, "
            "and letters to users in solebook-data/outgoing/mail"
        )
        assert server.http.get("/health/ready").status_code == 200
        # The connection above is kept open by the client, and does not hold the server up.
        assert server.end(number) == (0, "")
    assert {"signing-key", "solebook.sqlite3"} <= {
        file.name for file in (tmp_path / "solebook-data").iterdir()
    }


def test_it_can_be_stopped_as_soon_as_it_has_told_where_it_serves(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert server.end(signal.SIGTERM) == (0, "")


def test_acknowledged_changes_survive_a_kill(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        grant = solebook(tmp_path, "admin", "grant", "admin@example.com", "--register")
        assert (grant.returncode, grant.stderr) == (0, "")
        admin = server.sign_in("admin")
        product_id = server.ok("POST", "/v1/products", admin, json=PRODUCT)["id"]
        buyer = server.register("buyer-1")
        server.ok("PUT", "/v1/users/me/payment-method", buyer, json={"token": "pm_card_visa"})
        server.ok("POST", "/v1/users/me/addresses", buyer, json=ADDRESS)
        quote = {"product_id": product_id, "size": "9"}
        bids = [
            server.ok("POST", "/v1/bids", buyer, json=quote | {"amount": 20_000 + 100 * step})
            for step in range(5)
        ]
        assert server.end(signal.SIGKILL)[0] == -signal.SIGKILL

    with serving(tmp_path) as server:
        for bid in bids:
            again = server.ok("GET", f"/v1/bids/{bid['bid']['id']}", buyer)
            assert (again["status"], again["amount"]) == ("active", bid["bid"]["amount"])
        book = server.ok("GET", f"/v1/products/{product_id}/book?size=9")
        assert [level["price"] for level in book["bids"]] == [
            20_400,
            20_300,
            20_200,
            20_100,
            20_000,
        ]
        seller = server.register("seller-1")
        server.ok("PUT", "/v1/users/me/payout-account", seller, json={"account": "acct_1"})
        seller = server.sign_in("seller-1")
        sold = server.ok("POST", "/v1/asks", seller, json=quote | {"amount": 20_000})
        assert sold["match"]["price"] == 20_400
        assert server.end(signal.SIGTERM) == (0, "")


def test_a_seller_is_not_late_because_the_exchange_was_down(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        solebook(tmp_path, "admin", "grant", "admin@example.com", "--register")
        product_id = server.ok("POST", "/v1/products", server.sign_in("admin"), json=PRODUCT)["id"]
        buyer, seller = server.register("buyer-1"), server.register("seller-1")
        server.ok("PUT", "/v1/users/me/payment-method", buyer, json={"token": "pm_card_visa"})
        server.ok("POST", "/v1/users/me/addresses", buyer, json=ADDRESS)
        server.ok("PUT", "/v1/users/me/payout-account", seller, json={"account": "acct_1"})
        seller = server.sign_in("seller-1")
        quote = {"product_id": product_id, "size": "9", "amount": 20_000}
        server.ok("POST", "/v1/asks", seller, json=quote)
        match = server.ok("POST", "/v1/bids", buyer, json=quote)["match"]
        order = f"/v1/orders/{match['order_id']}"
        ends_at = time.monotonic() + PATIENCE
        while (before := server.ok("GET", order, seller))["status"] != "confirmed":
            assert time.monotonic() < ends_at, before
            time.sleep(0.05)
        server.end(signal.SIGKILL)
    with closing(sqlite3.connect(tmp_path / "solebook-data" / "solebook.sqlite3")) as store, store:
        for table, column in (
            ("sign_of_life", "noted_at"),
            ("deadlines", "due_at"),
            ("orders", "ship_by"),
        ):
            earlier = f"strftime('%Y-%m-%d %H:%M:%f000', {column}, '-9 days')"
            store.execute(f"UPDATE {table} SET {column} = {earlier}")
    with serving(tmp_path) as server:
        after = server.ok("GET", order, seller)
        assert after["status"] == "confirmed"
        ship_by = [datetime.fromisoformat(one["ship_by"]) for one in (before, after)]
        assert abs(ship_by[1] - ship_by[0]) < timedelta(minutes=2)
        history = server.ok("GET", f"{order}/history", seller)
        assert history[-1]["type"] == "put_off"
        parcel = {"carrier": "UPS", "tracking_number": "1Z999"}
        server.ok("POST", f"{order}/shipment", seller, json=parcel)


def test_a_signed_out_user_stays_signed_out_after_a_kill(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        left, stays = server.register("buyer-1"), server.register("buyer-2")
        server.ok("DELETE", "/v1/sessions/current", left)
        assert server.status("/v1/users/me", left) == 401
        server.end(signal.SIGKILL)
    with serving(tmp_path) as server:
        assert server.status("/v1/users/me", left) == 401
        assert server.status("/v1/users/me", stays) == 200


def test_the_running_exchange_carries_out_admin_commands(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        token = server.register("buyer-1")
        granted = solebook(tmp_path, "admin", "grant", "buyer-1@example.com")
        assert (granted.returncode, granted.stdout) == (0, "buyer-1@example.com is admin, buyer\n")
        assert server.status("/v1/users/me", token) == 401
        assert server.status("/v1/users/me", server.sign_in("buyer-1")) == 200
        solvency = solebook(tmp_path, "admin", "solvency")
        assert (solvency.returncode, solvency.stderr) == (0, "")
        assert solvency.stdout.endswith("balanced exactly\n")


def test_a_second_one_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        second = solebook(tmp_path, "serve", "--port", "0")
        assert (second.returncode, second.stdout) == (1, "")
        assert second.stderr == (
            "solebook: another solebook is running on solebook-data; stop that one first\n"
        )
        assert server.http.get("/health/ready").status_code == 200


def test_an_exchange_in_memory_says_that_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "solebook.toml").write_text('[store]\nadapter = "memory"\n')
    with serving(tmp_path) as server:
        assert server.kept == "nothing is kept"
        assert server.http.get("/health/ready").status_code == 200


def test_verbose_tells_more_but_no_value_of_the_database(tmp_path: Path) -> None:
    done = solebook(tmp_path, "admin", "grant", "admin@example.com", "--register", "-v")
    assert done.returncode == 0
    assert "INFO alembic.runtime.migration: Running upgrade" in done.stderr
    assert "admin@example.com" not in done.stderr
    assert "$2b$" not in done.stderr
