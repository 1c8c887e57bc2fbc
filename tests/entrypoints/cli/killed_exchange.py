"""An exchange of several processes on PostgreSQL, of which anything may be killed."""

import json
import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from solebook.adapters.embedded import tokens
from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.config.load import load_settings
from solebook.ports.language.users import OPERATOR, Actor, Role

from ...postgres_server import PostgresServer
from ...served import ADDRESS, PASSWORD, Served
from .processes import Processes, Running, wait_until
from .traders import CLIENTS, SIZES, Crowd, Doors, Trader

WHOLE = (("serve",), ("serve",))
"""The commands of an exchange whose processes have all roles."""
APART = (
    ("serve", "--roles", "http,matching"),
    ("serve", "--roles", "http,matching"),
    ("worker", "relay", "trade", "deadlines", "letters", "search", "charts", "webhooks"),
)
"""The commands of one whose processes share the roles."""
ACROSS = (
    ("serve", "--roles", "http"),
    ("serve", "--roles", "http"),
    ("worker", "matching"),
    ("worker", "matching"),
    ("worker", "relay", "trade", "deadlines", "letters", "search", "charts", "webhooks"),
)
"""The commands of one whose processes reach the engine over NATS."""
SPREAD = (
    ("serve", "--roles", "http"),
    ("serve", "--roles", "http"),
    ("worker", "matching"),
    ("worker", "matching"),
    ("worker", "trade"),
    ("worker", "trade"),
    ("worker", "relay"),
    ("worker", "relay", "deadlines", "letters", "search", "charts", "webhooks"),
)
"""The commands of one with two processes for each role that may lose something, over NATS."""
SHARDS = {SPREAD: 4}
"""Into how many shards the books are divided, where not into one."""
SETTINGS = {
    "SOLEBOOK_HTTP__USER_LIMIT__BURST": "100000",
    "SOLEBOOK_HTTP__ADDRESS_LIMIT__BURST": "100000",
    "SOLEBOOK_SECURITY__BCRYPT_COST": "4",
    "SOLEBOOK_SECURITY__ACCESS_TOKEN_LIFE": "PT10H",
    "SOLEBOOK_SECURITY__SIGNING_KEYS": json.dumps([{"id": "test", "secret": "s" * 32}]),
    "SOLEBOOK_MARKET__PAYOUT_HOLD": "PT1S",
    "SOLEBOOK_NATS__CONNECT_TIMEOUT": "PT30S",  # all start at once, on however slow a machine
}
_ANSWERS = 2 * CLIENTS
"""How many acknowledgements there are before something is killed, and again afterwards."""
_A_LONG_TIME = 600.0
"""Seconds for all letters of twenty rounds."""
_DIVIDE = ("admin", "reshard", "--reason", "two workers match")
_NEVER = ("Traceback", "never awaited", "never retrieved")
"""What no process may write to its log."""
_PARCEL = {"carrier": "UPS", "tracking_number": "1Z999AA10123456784"}
_PASS = {
    "passed": True,
    "checks": {"box_condition": True, "authenticity_markers": True, "size_verification": True},
    "photos": ["https://photos.example.com/1.jpg"],
}


# ---- people --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Town:
    """Who has joined an exchange that does not run yet, and what they trade."""

    product: str
    staff: str
    """The token of somebody who is admin and authenticator."""
    people: Sequence[str]
    """The tokens of the others."""


async def settle(url: str, folder: Path) -> Town:
    """Let everybody join the exchange of a database, and put a product on sale there."""
    kept = {"SOLEBOOK_STORE__URL": url, "SOLEBOOK_FOLDER": str(folder)}
    async with open_application(load_settings(None, SETTINGS | kept)) as app:
        product = await app.catalog.create_product(
            Actor(OPERATOR.user_id, frozenset({Role.ADMIN})),
            style_code="DD1391-100",
            brand="Nike",
            model="Dunk Low",
            colorway="White/Black",
            retail_price=11_000,
            release_date=date(2021, 3, 10),
            sizes=list(SIZES),
            images=[],
        )
        staff = await _join(app, "staff", Role.ADMIN, Role.AUTHENTICATOR)
        people = [await _join(app, f"trader-{number}") for number in range(CLIENTS)]
    return Town(str(product.id), staff, people)


async def _join(app: Application, name: str, *roles: Role) -> str:
    email = f"{name}@example.com"
    user = await app.users.register_user(
        email=email, password=PASSWORD, first_name="Test", last_name="User"
    )
    actor = Actor(user.id, user.roles)
    await app.users.set_payment_method(actor, token=tokens.CARD)
    await app.users.add_address(actor, **ADDRESS)
    await app.users.set_payout_account(actor, account=tokens.ACCOUNT)
    if roles:
        await app.users.set_roles(OPERATOR, user.id, roles=user.roles | {*roles}, reason="test")
    return (await app.users.sign_in(email=email, password=PASSWORD)).access_token


# ---- the exchange --------------------------------------------------------------------------------


@dataclass
class KilledExchange:
    """The processes of an exchange, and the crowd that trades there."""

    server: PostgresServer
    database: str
    town: Town
    processes: Processes
    commands: Sequence[Sequence[str]]
    random: random.Random
    doors: Doors = field(default_factory=Doors)
    running: list[Running] = field(init=False)
    crowd: Crowd = field(default_factory=lambda: Crowd(()))
    silences: list[float] = field(default_factory=list)
    """For each kill, the longest time in seconds without an acknowledgement."""
    recoveries: list[float] = field(default_factory=list)
    """For each kill, the seconds until something was acknowledged: from the kill of a process, or
    from when PostgreSQL answered again."""
    _logs: list[str] = field(default_factory=list)
    """What the processes that have ended had complained of."""

    # ---- life ----------------------------------------------------------------------------

    def open(self) -> None:
        """Start all processes, and let the crowd in."""
        with ThreadPoolExecutor(len(self.commands)) as threads:
            self.running = list(threads.map(self._start, self.commands))
        self._open_doors()
        wait_until(lambda: any(one.readiness()[0] == 200 for one in self._serving()))
        self.crowd = Crowd(
            [
                Trader(number, token, self.doors, self.town.product, self.random.random())
                for number, token in enumerate(self.town.people)
            ]
        )

    def stop(self) -> None:
        """Stop all processes in good order, and assert that none has ever crashed by itself."""
        for running in self.running:
            code, log = running.end()
            assert code == 0, log
            self._logs.append(log)
        faults = [log for log in self._logs if any(word in log for word in _NEVER)]
        assert not faults, faults[0]

    def _start(self, command: Sequence[str]) -> Running:
        port = ("--port", "0") if command[0] == "serve" else ()
        return self.processes.start(*command, *port, **SETTINGS)

    def _serving(self) -> list[Running]:
        both = zip(self.running, self.commands, strict=True)
        return [running for running, command in both if command[0] == "serve"]

    def _open_doors(self) -> None:
        self.doors.open(*self._serving())

    # ---- killing -------------------------------------------------------------------------

    def round(self, kill: Callable[["KilledExchange"], float]) -> None:
        """Have something killed while everybody trades, and check what is there afterwards.

        `kill` returns the instant from which the exchange may answer again.
        """
        with self.crowd.trading():
            self._wait_for_answers()
            killed_at = time.monotonic()
            back_at = kill(self)
            self._wait_for_answers()
        answers = self.crowd.answers
        since = [
            max(at for at in answers if at <= killed_at),
            *(a for a in answers if a > killed_at),
        ]
        self.silences.append(max(then - at for at, then in pairwise(since)))
        self.recoveries.append(next(at for at in answers if at > back_at) - back_at)
        self.crowd.check()
        self._check_nothing_happened_twice()

    def _wait_for_answers(self) -> None:
        many = len(self.crowd.answers) + _ANSWERS
        try:
            wait_until(lambda: len(self.crowd.answers) >= many)
        except AssertionError:
            for running in self.running:
                running.kill()
            logs = "\n".join(running.complaints() for running in self.running)
            pytest.fail(f"the crowd is not answered any more: {self.told()}\n{logs}")

    def kill_process(self) -> float:
        """Kill one of the processes, and start the same command again."""
        return self._kill(self.random.randrange(len(self.running)))

    def kill_worker(self) -> float:
        """Kill one of the workers, and start the same command again."""
        workers = [n for n, command in enumerate(self.commands) if command[0] == "worker"]
        return self._kill(self.random.choice(workers))

    def kill_engine(self) -> float:
        """Kill the process with the matching engine, and start the same command again."""
        pids = [running.process.pid for running in self.running]

        def owner() -> int:
            return int(self.server.sql(_ENGINE, self.database).split("/")[1])

        wait_until(lambda: owner() in pids)  # it may still be the one that was killed last
        return self._kill(pids.index(owner()))

    def _kill(self, number: int) -> float:
        killed_at = time.monotonic()
        self.running[number].kill()
        self._logs.append(self.running[number].complaints())
        self.running[number] = self._start(self.commands[number])
        self._open_doors()
        return killed_at

    def kill_backend(self) -> float:
        """Kill the process of one connection, of one that is at work if there is any."""
        while True:
            found = self.server.sql(_CONNECTIONS, self.database).split()
            busy, idle = ([one[1:] for one in found if one[0] == kind] for kind in "bi")
            with suppress(ProcessLookupError):
                self.server.kill_backend(int(self.random.choice(busy or idle)))
                return time.monotonic()

    def kill_server(self) -> float:
        """Kill PostgreSQL with all of its processes, and start it again."""
        self.server.kill()
        self.server.start()
        return time.monotonic()

    # ---- what came of it -----------------------------------------------------------------

    def finish(self) -> None:
        """Assert that everything goes on, and that a verification finds nothing wrong."""
        wait_until(self._is_quiet, _A_LONG_TIME)
        self._check_that_a_trade_ends()
        wait_until(self._is_quiet, _A_LONG_TIME)
        self.crowd.check(repeated=10)
        self._check_nothing_happened_twice()
        verified = self.processes.run("admin", "verify", **SETTINGS)
        assert verified.returncode == 0, verified.stdout + verified.stderr

    def told(self) -> str:
        """Return how long the crowd went without an answer, in seconds for each kill."""
        placed = sum(len(trader.known) for trader in self.crowd.traders)
        silences = " ".join(f"{seconds:.1f}" for seconds in self.silences)
        recoveries = " ".join(f"{seconds:.1f}" for seconds in self.recoveries)
        return (
            f"{len(self.silences)} kills, {placed} quotes, {len(self.crowd.answers)} answers, "
            f"asked again: {dict(self.crowd.refused)}\n"
            f"longest silences: {silences}\nfirst answers after: {recoveries}"
        )

    def _is_quiet(self) -> bool:
        return self.server.sql(_UNDONE, self.database).strip() == "0"

    def _check_nothing_happened_twice(self) -> None:
        assert self.server.sql(_SOLD_TWICE, self.database) == ""
        journal = self.processes.folder / "solebook-data" / "payment-provider.sqlite3"
        with closing(sqlite3.connect(journal)) as provider:
            assert provider.execute(_CHARGED_TWICE).fetchall() == []

    def _check_that_a_trade_ends(self) -> None:
        """Take an order to its payout, which a deadline sets off, and of which a letter tells."""
        at, staff = self._serving()[0], self.town.staff
        known, owner = next(
            (known, trader)
            for trader in self.crowd.traders
            for known in trader.known
            if known.kind == "asks" and known.match is not None
        )
        order = f"/v1/orders/{known.match}"
        at.ok("POST", f"{order}/shipment", owner.token, json=_PARCEL)
        at.ok("POST", f"{order}/receipt", staff)
        task = f"/v1/authentication/tasks/{self._task_of(at, known.match)}"
        wait_until(lambda: at.ask_for("POST", f"{task}/claim", staff).is_success)
        at.ok("POST", f"{task}/verdict", staff, json=_PASS)
        wait_until(lambda: at.ok("GET", order, staff)["status"] == "auth_passed")
        at.ok("POST", f"{order}/dispatch", staff, json=_PARCEL)
        at.ok("POST", f"{order}/delivery", staff)
        wait_until(lambda: at.ok("GET", order, staff)["payout_status"] == "paid")
        wait_until(lambda: "payout_paid" in self._told(at, owner))

    def _told(self, at: Served, who: Trader) -> list[str]:
        letters = at.ok("GET", "/v1/notifications?limit=100", who.token)["items"]
        return [letter["kind"] for letter in letters]

    def _task_of(self, at: Served, order_id: str | None) -> str:
        query = "SELECT id FROM authentication_tasks WHERE order_id = '{}'"
        return self.server.sql(query.format(order_id), self.database).strip()


_CONNECTIONS = """
    SELECT CASE WHEN state = 'idle' THEN 'i' ELSE 'b' END || pid FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'solebook %'
"""
_ENGINE = "SELECT holder FROM leases WHERE name = 'matching'"
_SOLD_TWICE = """
    SELECT quote FROM (
        SELECT bid_id AS quote FROM matches WHERE status = 'open'
        UNION ALL SELECT ask_id FROM matches WHERE status = 'open'
    ) AS sold GROUP BY quote HAVING count(*) > 1
"""
_CHARGED_TWICE = """
    SELECT order_id, count(*) FROM calls
    WHERE operation = 'charge' AND outcome IN ('done', 'answer_lost')
    GROUP BY order_id HAVING count(*) > 1
"""
_UNDONE = """
    SELECT (SELECT count(*) FROM orders WHERE status = 'pending')
        + (SELECT count(*) FROM outbox) + (SELECT count(*) FROM deliveries)
"""


@contextmanager
def killed_exchange(
    server: PostgresServer,
    database: str,
    town: Town,
    folder: Path,
    commands: tuple[tuple[str, ...], ...],
    nats: str | None = None,
) -> Iterator[KilledExchange]:
    """Run the processes of an exchange with a crowd until the block is left.

    With the URL of a `nats` server they reach each other.
    """
    processes = Processes(folder, server.url(database))
    if nats is not None:
        processes.environment |= {"SOLEBOOK_NATS__URL": nats, "SOLEBOOK_NATS__PREFIX": database}
        assert processes.run("migrate").returncode == 0
        if commands in SHARDS:
            divided = processes.run(*_DIVIDE, str(SHARDS[commands]), **SETTINGS)
            assert divided.returncode == 0, divided.stderr
    exchange = KilledExchange(server, database, town, processes, commands, random.Random(7))
    try:
        exchange.open()
        yield exchange
        exchange.stop()
    finally:
        exchange.crowd.close()
        processes.close()
