"""`solebook stack` from the outside: it comes up, trades, heals, ends without a trace, goes on."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from solebook.entrypoints.stack.processes import HTTP, SPREAD
from solebook.entrypoints.stack.wheels import missing_wheels

from ..missing_server import do_without
from ..served import ADDRESS, PASSWORD, Served
from .test_serve import PRODUCT

pytestmark = pytest.mark.journey

COMMAND = (sys.executable, "-m", "solebook.entrypoints.cli.main", "stack")
COMES_UP, ENDS, HEALS, HAPPENS = 660.0, 60.0, 120.0, 120.0
"""Seconds on a busy machine."""
FAST = """
[market]
payout_hold = "PT0S"

[security]
bcrypt_cost = 4
"""
PASSED = {
    "passed": True,
    "checks": {"box_condition": True, "authenticity_markers": True, "size_verification": True},
    "photos": ["https://example.com/photos/pair.jpg"],
}


def eventually(look: Callable[[], Any], what: str, within: float) -> Any:
    give_up_at = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < give_up_at, what
        time.sleep(0.1)
    return found


class Stack(Served):
    """A running stack. All its processes have a mark of their own among their variables."""

    def __init__(
        self, folder: Path, *arguments: str | Path, variables: Mapping[str, str] | None = None
    ) -> None:
        self.mark = f"MARK={uuid4()}"
        self.folder = folder
        environment = dict(os.environ, MARK=self.mark.partition("=")[2]) | dict(variables or {})
        command = [*COMMAND, str(folder), *map(str, arguments)]
        # What it prints goes to a file, because nobody reads while it runs.
        self._printed = folder.with_suffix(".out")
        self._printed.write_text("")
        with self._printed.open("ab") as printed:
            self.process = subprocess.Popen(
                command,
                env=environment,
                stdout=printed,
                stderr=printed,
                cwd=folder.parent,
                text=True,
            )
        self.http = httpx.Client(timeout=HAPPENS)
        self.took = self._took()
        self.urls = re.findall(r"http://127\.0\.0\.1:\d+(?=/schema)", self.printed())
        self.http.base_url = httpx.URL(self.urls[0])

    def printed(self) -> str:
        return self._printed.read_text()

    def _took(self) -> float:
        """Wait until all answers, and return how many seconds it took."""

        def said() -> float:
            assert self.process.poll() is None, self.printed()
            found = re.search(r"all answer after ([\d.]+) s", self.printed())
            return float(found[1]) if found else 0.0

        try:
            return float(eventually(said, "the stack does not come up", COMES_UP))
        except BaseException:
            self.close()
            raise

    def processes(self) -> dict[int, str]:
        """Return what was started by the stack or by what it has started, and itself."""
        found = {}
        for place in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                variables = (place / "environ").read_bytes().decode(errors="replace").split("\0")
                if self.mark in variables:
                    command = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    found[int(place.name)] = command
        return found

    def state_of(self, name: str) -> Mapping[str, str]:
        """Return the last that it printed of a program."""
        told = re.findall(
            rf"^{name} (?P<state>\w+), pid (\w+), port (\w+), (\d+) restarts", self.printed(), re.M
        )
        return (
            dict(zip(("state", "pid", "port", "restarts"), told[-1], strict=True)) if told else {}
        )

    def told(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the last that it told of each process with --json."""
        lines = [line for line in self.printed().splitlines(keepends=True) if line[0] == "{"]
        told = [json.loads(line) for line in lines if line.endswith("\n")]
        return {process["name"]: process for process in told}

    def runs(self, name: str, restarts: int) -> Mapping[str, str]:
        def looks() -> Mapping[str, str]:
            assert self.process.poll() is None, self.printed()
            state = self.state_of(name)
            return (
                state
                if state and state["state"] == "runs" and int(state["restarts"]) >= restarts
                else {}
            )

        found: Mapping[str, str] = eventually(looks, f"{name} to run", HEALS)
        return found

    def end_all(self, number: int) -> None:
        """Send a signal, and see that nothing is left."""
        assert len(self.processes()) > 10
        self.process.send_signal(number)
        self.process.wait(ENDS)
        eventually(lambda: not self.processes(), f"{self.processes()} are left", ENDS)

    def close(self) -> None:
        self.http.close()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@contextmanager
def running(folder: Path, *arguments: str | Path) -> Iterator[Stack]:
    stack = Stack(folder, *arguments)
    try:
        yield stack
    finally:
        stack.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the user of PostgreSQL can reach, if root runs the test."""
    if missing := missing_wheels():
        do_without(f"{missing} is not installed: uv sync --group servers")
    with tempfile.TemporaryDirectory(prefix="stack") as outer:
        Path(outer).chmod(0o711)
        yield Path(outer) / "exchange"


def admin(stack: Stack, *arguments: str) -> None:
    """Run a command on the exchange of the stack, as its settings file says."""
    file = stack.folder / "secrets.env"
    assert file.stat().st_mode & 0o777 == 0o600
    secrets = dict(line.split("=", 1) for line in file.read_text().splitlines())
    command = (sys.executable, "-m", "solebook.entrypoints.cli.main", "admin", *arguments)

    def done() -> bool:
        return not subprocess.call(
            (*command, "--config", str(stack.folder / "solebook.toml")),
            env=dict(os.environ, SOLEBOOK_PASSWORD=PASSWORD, **secrets),
            timeout=HAPPENS,
            stdout=subprocess.DEVNULL,
        )

    eventually(done, f"{arguments} to succeed", HAPPENS)


def check(stack: Stack) -> None:
    """Let the diagnosis find nothing that fails, with the settings that the stack wrote."""
    command = (sys.executable, "-m", "solebook.entrypoints.cli.main", "check", str(stack.folder))
    done = subprocess.run(
        (*command, "--json", "--timeout", str(HEALS)),
        capture_output=True,
        text=True,
        timeout=HAPPENS,
        check=False,
    )
    results = json.loads(done.stdout)["results"]
    assert [one for one in results if one["verdict"] == "failed"] == []
    assert done.returncode == 0
    services = {one["service"] for one in results}
    assert services >= {"settings", "store", "nats", "redis", "typesense", "payments", "http"}


def double(stack: Stack, path: str) -> None:
    port = stack.state_of("stripe-double")["port"]
    httpx.post(f"http://127.0.0.1:{port}{path}", timeout=HAPPENS).raise_for_status()


class Trade:
    """A pair that is sold through both processes with HTTP, as far as it is told."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.admin, self.seller, self.buyer = (
            self.join(who) for who in ("admin", "seller", "buyer")
        )

    def join(self, name: str) -> str:
        person = {"email": f"{name}@example.com", "password": PASSWORD}
        if name == "admin":
            admin(self.stack, "grant", person["email"], "--register")
            token = self.stack.sign_in(name)
            me = self.stack.ok("GET", "/v1/users/me", token)["id"]
            roles = {"roles": ["buyer", "admin", "authenticator"], "reason": "there is nobody else"}
            self.stack.ok("PUT", f"/v1/users/{me}/roles", token, json=roles)
        else:
            names = {"first_name": "Test", "last_name": name}
            self.stack.ok("POST", "/v1/users", json=person | names)
        return self.stack.sign_in(name)

    def match(self) -> str:
        """Trade a pair, with an account and a card at the double, and return the order's id."""
        ok = self.stack.ok
        account = "/v1/users/me/payout-account"
        link = ok("POST", f"{account}/onboarding", self.seller, json={"country": "US"})["url"]
        found = re.search(r"acct_\w+", link)
        assert found is not None
        double(self.stack, f"/_double/accounts/{found[0]}/complete")
        ok("PUT", "/v1/users/me/payment-method", self.buyer, json={"token": "pm_card_visa"})
        ok("POST", "/v1/users/me/addresses", self.buyer, json=ADDRESS)
        product = ok("POST", "/v1/products", self.admin, json=PRODUCT)["id"]
        self.quote = {"product_id": product, "size": "9", "amount": 20_000}
        ok("POST", "/v1/asks", self.seller, json=self.quote)
        other = self.stack.urls[1]
        placed = ok("POST", f"{other}/v1/bids", self.buyer, json=self.quote)
        return str(placed["match"]["order_id"])

    def deliver(self, order: str) -> None:
        ok, path = self.stack.ok, f"/v1/orders/{order}"
        self.until(order, status="confirmed")
        parcel = {"carrier": "UPS", "tracking_number": "1Z999AA10123456784"}
        ok("POST", f"{path}/shipment", self.seller, json=parcel)
        ok("POST", f"{path}/receipt", self.admin)
        task = eventually(lambda: self.task(order), "a task", HAPPENS)
        ok("POST", f"/v1/authentication/tasks/{task}/claim", self.admin)
        ok("POST", f"/v1/authentication/tasks/{task}/verdict", self.admin, json=PASSED)
        self.until(order, status="auth_passed")
        ok("POST", f"{path}/dispatch", self.admin, json=parcel)
        ok("POST", f"{path}/delivery", self.buyer)

    def task(self, order: str) -> str:
        found = self.stack.ok("GET", "/v1/authentication/tasks?status=received", self.admin)
        return next((task["id"] for task in found["items"] if task["order_id"] == order), "")

    def until(self, order: str, **expected: str) -> None:
        def is_there() -> bool:
            found = self.stack.ok("GET", f"/v1/orders/{order}", self.admin)
            return bool(expected.items() <= found.items())

        eventually(is_there, f"{order} to be {expected}", HAPPENS)


def test_a_stack_trades_heals_ends_without_a_trace_and_goes_on(folder: Path) -> None:
    more = folder.with_suffix(".toml")
    more.write_text(FAST)
    with running(folder, "--more", more) as stack:
        stack.runs("stripe-double", 0)
        print(f"the stack came up in {stack.took:.1f} s, new")
        check(stack)
        trade = Trade(stack)
        order = trade.match()
        trade.until(order, status="confirmed", payment_status="captured")

        second = subprocess.run(
            [*COMMAND, str(folder)], capture_output=True, text=True, timeout=HAPPENS, check=False
        )
        assert (second.returncode, second.stdout) == (1, "")
        assert f"as process {stack.process.pid};" in second.stderr

        for name in ("engine-1", "postgres"):
            os.kill(int(stack.state_of(name)["pid"]), signal.SIGKILL)
        for name in ("engine-1", "postgres"):
            stack.runs(name, 1)
        eventually(lambda: stack.http.get("/health/ready").status_code == 200, "to be ready", HEALS)
        trade.deliver(order)
        trade.until(order, status="delivered", payout_status="paid")
        stack.ok("POST", "/v1/asks", trade.seller, json=trade.quote)
        stack.end_all(signal.SIGINT)
        assert stack.process.returncode == 0, stack.printed()
        assert stack.printed().endswith("all has ended\n")

    with running(folder, "--spread", "--shards", "2", "--json") as stack:
        print(f"the stack came up in {stack.took:.1f} s, with data, spread and divided")
        buyer = stack.sign_in("buyer")
        assert stack.ok("GET", f"/v1/orders/{order}", buyer)["status"] == "delivered"
        assert stack.ok("POST", "/v1/bids", buyer, json=trade.quote)["match"]
        eventually(lambda: stack.told() and all_are_well(stack.told()), "all to be well", HEALS)
        assert {*SPREAD, *HTTP} < set(stack.told())
        each = {f"matching: owner of {shard} of 2 shards" for shard in (0, 1)}
        eventually(lambda: each == says(stack, "matching-1", "matching-2"), "to share", HEALS)
        stack.end_all(signal.SIGKILL)


def says(stack: Stack, *names: str) -> set[str]:
    return {stack.told()[name]["says"] for name in names}


def all_are_well(told: Mapping[str, Mapping[str, Any]]) -> bool:
    return all(process["is_well"] for process in told.values())
