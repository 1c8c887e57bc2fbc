"""Start a whole deployment in a folder."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from ...composition.container import open_application
from ...composition.engine import reshard_of
from ...composition.exchange_clock import movable_clock, start_clock_of, view_clock_of
from ...composition.migrations import migrate_store
from ...composition.nats_bus import prepare_broker
from ...composition.stripe_adapters import STRIPES_WEBHOOKS
from ...composition.without_engine import run_without_engine
from ...config.load import load_settings
from ...config.settings import Settings
from ...ports.language.users import OPERATOR
from .measured import write_targets
from .ports import Ports
from .processes import HTTP, exchange_processes, process_environment
from .program import Program
from .servers.influx import influx_server, prepare_influx
from .servers.influx import program as influxd
from .servers.nats import nats_server
from .servers.postgres import Postgres
from .servers.stripe_double import prepare_double, stripe_double
from .servers.typesense import typesense_server
from .servers.valkey import valkey_server
from .settings_file import (
    SECRETS,
    SETTINGS,
    USER,
    Payments,
    move_ports,
    read_secrets,
    removed_if_wrong,
    write_secrets,
    write_settings,
)
from .supervisor import Supervisor

_SERVERS = ("postgres", "nats", "valkey", "typesense", "typesense-peers", "stripe")
_INFLUX = ("influx", "influx_rpc", "influx_shim")


@dataclass(frozen=True, slots=True)
class Plan:
    """What shall run."""

    folder: Path
    """An absolute path."""
    spread: bool = False
    """Whether each role has a process of its own."""
    shards: int | None = None
    """The number of shards that the books are divided into, if they are to be divided anew."""
    payments: Payments = field(default_factory=Payments)
    """Who takes payments in a new exchange."""
    opening: datetime | None = None
    """When a new exchange opens, which then has the clock of a demo."""
    more: str = ""
    """Further settings of a new exchange."""


def _require_stack(plan: Plan) -> None:
    """Raise ValueError if the settings in the folder are no stack's, or cannot be as planned."""
    file = plan.folder / SETTINGS
    if not (plan.folder / SECRETS).exists():
        raise ValueError(
            f"{file} is of another exchange: there is no {SECRETS} beside it; name a new folder"
        )
    if plan.more:
        raise ValueError(f"further settings are for a new folder; here, change {file}")


class Stack:
    """A deployment in a folder, which this process has locked."""

    def __init__(self, plan: Plan) -> None:
        """Choose the ports and write or read the settings. Raises SettingsError and OSError."""
        self.plan = plan
        folder = self._folder = plan.folder
        self.is_new = not (folder / SETTINGS).exists()
        if not self.is_new:
            _require_stack(plan)
        ports = Ports(folder / "ports.json")
        names = (*_SERVERS, *HTTP, *(_INFLUX if influxd() else ()))
        self._ports = ports
        taken = {name.replace("-", "_"): ports.take(name) for name in names}
        if self.is_new:
            with removed_if_wrong(folder):
                write_secrets(folder, taken, plan.payments)
                write_settings(folder, taken, plan.payments, more=plan.more)
                self.settings  # noqa: B018  # wrong ones are noticed here
        elif ports.moved:
            move_ports(folder, ports.moved)
        ports.keep()

    @cached_property
    def settings(self) -> Settings:
        """The settings of its exchange."""
        return load_settings(self._folder / SETTINGS, read_secrets(self._folder))

    @property
    def urls(self) -> list[str]:
        """Where its processes answer HTTP."""
        return [f"http://127.0.0.1:{self.port_of(name)}" for name in HTTP]

    def port_of(self, name: str) -> int:
        """Return the port of a program."""
        return self._ports.take(name)

    @property
    def has_influx(self) -> bool:
        """Whether its charts are in an InfluxDB of its own."""
        return influxd() is not None and self.settings.influx.url is not None

    @property
    def has_double(self) -> bool:
        """Whether a double of Stripe takes payments."""
        return self.settings.payments.api_url is not None

    async def start(self, supervisor: Supervisor, told: Callable[[str], None]) -> None:
        """Start everything, and wait until it answers. Raises DidNotStart, and what settings do."""
        postgres = Postgres(self._folder / "postgres", self.port_of("postgres"), self._password)
        await postgres.create_data()
        await supervisor.start([postgres.program(), *self._servers()], told)
        await postgres.create_database()
        await self._prepare()
        told("migrations")
        environment = process_environment(read_secrets(self._folder))
        programs = exchange_processes(
            self._folder / SETTINGS, environment, self.port_of, spread=self.plan.spread
        )
        self._ports.keep()
        watched = {one.name: one.metrics_port for one in programs if one.metrics_port is not None}
        write_targets(self._folder / "prometheus-targets.json", watched)
        # More than that beside each other would only wait for a core, and their servers too.
        await supervisor.start(programs, told, beside=max(2, os.cpu_count() or 2))

    @property
    def _password(self) -> str:
        url = self.settings.store_url
        return url.partition("://")[2].partition("@")[0].partition(":")[2]

    def _servers(self) -> list[Program]:
        settings, folder, port_of = self.settings, self._folder, self.port_of
        programs = [
            nats_server(
                folder / "nats", port_of("nats"), user=USER, password=settings.nats.password or ""
            ),
            valkey_server(
                folder / "valkey", port_of("valkey"), password=settings.redis.password or ""
            ),
            typesense_server(
                folder / "typesense",
                port_of("typesense"),
                port_of("typesense-peers"),
                key=settings.typesense.api_key or "",
            ),
        ]
        if self.has_double:
            programs.append(stripe_double(folder / "stripe-double", port_of("stripe")))
        if self.has_influx:
            programs += influx_server(folder / "influx", *map(port_of, _INFLUX))
        return programs

    async def _prepare(self) -> None:
        """Bring what the servers keep up to date."""
        settings = self.settings
        if self.has_influx:
            await prepare_influx(
                self.port_of("influx"),
                user=USER,
                password=settings.influx.password or "",
                database=settings.influx.database,
            )
        if self.has_double:
            await prepare_double(
                self.port_of("stripe"),
                url=f"{self.urls[0]}{STRIPES_WEBHOOKS}",
                secret=settings.payments.webhook_secret or "",
            )
        await migrate_store(settings)
        await prepare_broker(settings)
        if self.plan.opening is not None:
            await self._start_clock(self.plan.opening)
        if self.plan.shards is not None:
            await self._divide(self.plan.shards)

    async def _start_clock(self, opening: datetime) -> None:
        """Let the exchange open at an instant, unless it has a clock already."""
        clock = movable_clock(opening)
        async with open_application(self.settings, clock=clock, migrate=False) as application:
            if (await view_clock_of(application)()).ahead is None:
                start = start_clock_of(application, self.settings)
                await start(OPERATOR, reason="the demo of a stack")

    async def _divide(self, shards: int) -> None:
        async with open_application(self.settings, migrate=False) as application:

            async def divide() -> int:
                reshard = reshard_of(application)
                return await reshard(OPERATOR, shards, reason="solebook stack --shards")

            if application.shards != shards:
                await run_without_engine(application, divide)
