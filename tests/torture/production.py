"""A stack whose every program can be struck, and what it has kept."""

import asyncio
import contextlib
import io
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from functools import cached_property
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it has no annotations
import httpx
import psutil  # type: ignore[import-untyped]  # it has no annotations

from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.config.load import load_settings
from solebook.config.settings import Settings
from solebook.entrypoints.cli.admin.verify import verify_application
from solebook.entrypoints.stack.processes import HTTP, TOGETHER
from solebook.entrypoints.stack.settings_file import read_secrets
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.reconciliation import Discrepancy

from ..journeys.test_stack import Stack, eventually

PATIENCE = 120.0
"""Seconds in which everything has to go on as before."""

PROCESSES = (*TOGETHER, *HTTP)
"""The processes of the exchange."""
SERVERS = ("postgres", "nats", "valkey", "typesense", "influx", "influx-shim", "stripe-double")
_FILES = {"nats": "/nats.conf", "typesense": "/typesense.ini", "influx": "/influxd.toml"}
"""What the command lines of programs have that do not name their port."""
_PORTS = {"influx-shim": "influx_shim", "stripe-double": "stripe"}
"""The names of ports that are not those of their programs."""
_ANSWERS_WITHIN = 5.0
_NEVER = ("Traceback (most recent", "never awaited", "never retrieved")
"""What no process of the exchange may write to its log."""
_HOLDERS = "SELECT holder FROM leases WHERE name = $1"


class Production(Stack):
    """A running stack, for a test that knows the process of each program."""

    @cached_property
    def settings(self) -> Settings:
        return load_settings(self.folder / "solebook.toml", read_secrets(self.folder))

    # ---- programs ------------------------------------------------------------------------

    def port(self, name: str) -> int:
        return self._ports[_PORTS.get(name, name)]

    @cached_property
    def _ports(self) -> Mapping[str, int]:
        found: Mapping[str, int] = json.loads((self.folder / "ports.json").read_text())
        return found

    def running(self, name: str) -> int:
        """Return the process of a program, once it runs."""
        found = eventually(lambda: self.pid(name), f"{name} does not run", PATIENCE)
        return int(found)

    def pid(self, name: str) -> int | None:
        """Return the process of a program, or None while it is not running."""
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.Error):
                if self._is(name, " ".join(child.cmdline())):
                    return int(child.pid)
        return None

    def _is(self, name: str, command: str) -> bool:
        if name in _FILES:
            return _FILES[name] in command
        if name == "valkey":  # it shows its address, once it runs
            return "/valkey.conf" in command or f" 127.0.0.1:{self.port(name)}" in command
        return f" {self.port(name)}" in f"{command} "

    def owner(self, lease: str) -> str:
        """Return which process has a lease."""
        for (holder,) in self.rows(_HOLDERS, lease):
            found = [name for name in PROCESSES if f"/{self.pid(name)}" in holder]
            if found:
                return found[0]
        return PROCESSES[0]

    def is_well(self) -> bool:
        """Return whether all programs run and the processes of the exchange are ready."""
        return all(map(self._answers, PROCESSES))

    def _answers(self, name: str) -> bool:
        url = f"http://127.0.0.1:{self.port(name)}/health/ready"
        try:
            return httpx.get(url, timeout=_ANSWERS_WITHIN).status_code in (200, 429)
        except httpx.HTTPError:
            return False

    # ---- what it has kept ----------------------------------------------------------------

    def rows(self, query: str, *values: Any) -> list[Any]:
        """Return rows of the database, once it answers."""
        give_up_at = time.monotonic() + PATIENCE
        while True:
            try:
                return asyncio.run(self._rows(query, values))
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                if time.monotonic() > give_up_at:
                    raise

    async def _rows(self, query: str, values: tuple[Any, ...]) -> list[Any]:
        async with asyncio.timeout(_ANSWERS_WITHIN):
            connection = await asyncpg.connect(self.settings.store_url)
            try:
                return list(await connection.fetch(query, *values))
            finally:
                await connection.close()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Application]:
        """Yield the application, as a command of an operator has it."""
        async with open_application(self.settings, migrate=False) as application:
            yield application

    def faults(self) -> list[str]:
        """Return what a verification and a comparison with the provider find wrong.

        Both ask again while a server or the provider is not back.
        """
        give_up_at = time.monotonic() + PATIENCE
        while True:
            try:
                return asyncio.run(self._faults())
            except Unavailable:
                if time.monotonic() > give_up_at:
                    raise

    async def _faults(self) -> list[str]:
        said = io.StringIO()
        async with self.opened() as application:
            with contextlib.redirect_stdout(said):
                failed = await verify_application(application)
            found = said.getvalue().splitlines() if failed else []
            async for told in application.payments.reconcile():
                if isinstance(told, Discrepancy) and not told.is_under_way:
                    found.append(str(told))
            solvency = await application.payments.check_solvency()
            return found if solvency.balanced else [*found, str(solvency)]

    def provider(self) -> Mapping[str, Any]:
        """Return all that the double of Stripe holds."""
        answer = httpx.get(f"http://127.0.0.1:{self.port('stripe-double')}/_double/state")
        found: Mapping[str, Any] = answer.raise_for_status().json()
        return found

    def logged_faults(self) -> list[str]:
        """Return the logs of processes that have what no log may have."""
        return [
            f"{name}: {text[text.index(word) :][:3_000]}"
            for name in PROCESSES
            for text in [self.log(name)]
            for word in _NEVER
            if word in text
        ]

    def log(self, name: str) -> str:
        return (self.folder / "logs" / f"{name}.log").read_text(errors="replace")
