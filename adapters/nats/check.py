"""What a diagnosis tries of NATS."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from urllib.parse import urlsplit

from nats.aio.client import Client
from nats.errors import Error

from ...ports.language.trials import Failed, Trials
from ...ports.service_check import ServiceCheck
from ..system.network_errors import causes, look_at_encryption, why_unreached
from .event_stream import EventStream, OtherStream
from .jetstream import JetStream, StreamError
from .network import NatsAccess, Network
from .subjects import EventNames, orders_subject

OLDEST = (2, 12)
"""The oldest version with batches that are kept as a whole."""
_PATIENCE = 5.0
_CLOSE = 2.0
"""Seconds."""
_REFUSED = re.compile(r"permissions violation for (\w+) to \"?([^\s\"]+)", re.IGNORECASE)
_NEVER_KEPT = {"Nats-Expected-Stream": "solebook-check"}
"""A message that expects another stream is refused by the stream, so it may be sent to try."""


class NatsCheck(ServiceCheck):
    """Tries a server with connections of its own, which nobody listens to."""

    service = "nats"

    def __init__(
        self,
        access: NatsAccess,
        names: EventNames,
        exchange_of: Callable[[], Awaitable[str | None]],
        *,
        replicas: int,
    ) -> None:
        """`exchange_of` returns how the stream knows the exchange, or None if nobody knows."""
        self._access = replace(access, connect_timeout=max(_PATIENCE, access.connect_timeout))
        self._names = names
        self._exchange_of = exchange_of
        self._replicas = replicas
        self._hosts = [urlsplit(server).hostname or "" for server in access.servers]

    def explain(self, error: Exception) -> Failed:
        if isinstance(error, OtherStream):
            text, _, advice = str(error).partition(": ")
            return Failed(text, advice)
        for cause in causes(error):
            told = str(cause).lower()
            if "authorization" in told or "authentication" in told:
                return Failed(
                    "the server does not let this user in",
                    "correct nats.user and nats.password, nats.token or nats.credentials",
                )
            if "secure connection" in told or "tls" in told:
                return Failed("the server demands TLS", "use tls:// in nats.url, or set nats.ca")
            if isinstance(cause, StreamError):
                return Failed(str(cause))
        unreached = why_unreached(error, ", ".join(self._hosts))
        return unreached or Failed(str(error) or type(error).__name__)

    async def __call__(self, trials: Trials) -> None:
        prefix = self._names.prefix
        async with self._connected(trials) as (client, reports):
            encrypted = "" if self._access.tls is None else "the server is verified"
            look_at_encryption(trials, self._hosts, encrypted, "use tls:// in nats.url")
            with trials.trying("JetStream", "turn it on (jetstream { store_dir: ... })") as trial:
                if not client._server_info.get("jetstream"):
                    raise Failed("the server does not keep messages")
                trial.found = "on; that sync_interval is `always`, only its file tells"
            with trials.trying("rights", "allow it in the server's permissions") as trial:
                for part in ("events.0.check", "matching.check", "books.check"):
                    await client.publish(f"{prefix}.{part}", b"", headers=_NEVER_KEPT)
                heard = await client.subscribe(orders_subject(prefix))
                for _ in range(2):  # the first may be answered by a pong that was on its way
                    await client.flush(round(_PATIENCE))
                # What the server refuses, it has said by now.
                await heard.unsubscribe()
                if refused := _REFUSED.search(" ".join(map(str, reports))):
                    what = "publish" if refused[1].lower() == "publish" else "subscribe"
                    raise Failed(f"the user may not {what} to {refused[2]}")
                trial.found = f"may publish and subscribe to {prefix}.>"
        await self._look_at_stream(trials)

    async def _look_at_stream(self, trials: Trials) -> None:
        with trials.trying("stream", "run `solebook migrate`") as trial:
            exchange = await self._exchange_of()
            async with Network(self._access) as network:
                jetstream = JetStream(network, timeout=_PATIENCE)
                stream = EventStream(
                    jetstream, self._names, exchange=exchange, replicas=self._replicas
                )
                await stream.check()
                if odd := await stream.odd_consumers():
                    raise Failed(f"consumers differ from what this version creates: {odd[0]}")
            trial.found = f"{self._names.stream} and its consumers are as they should be"

    @asynccontextmanager
    async def _connected(self, trials: Trials) -> AsyncIterator[tuple[Client, list[Exception]]]:
        """Connect once, and yield the client and what it reports."""
        client, reports = Client(), list[Exception]()
        try:
            with trials.trying("reach", "start NATS, or correct nats.url") as trial:
                await self._connect(client, reports)
                version = client._server_info.get("version", "")
                trial.found = f"NATS {version}"
                if tuple(map(int, re.findall(r"\d+", version)[:2])) < OLDEST:
                    trial.fail(trial.found, f"use NATS {'.'.join(map(str, OLDEST))} or newer")
            yield client, reports
        finally:
            with suppress(Error, OSError, TimeoutError):
                # It waits forever for a connection that was never quite encrypted.
                async with asyncio.timeout(_CLOSE):
                    await client.close()

    async def _connect(self, client: Client, reports: list[Exception]) -> None:
        """Try each server once: the client itself would go on. Raises why the last failed."""
        access, all_failed = self._access, asyncio.Event()

        async def report(error: Exception) -> None:
            reports.append(error)
            if len(reports) >= len(access.servers):
                all_failed.set()

        connecting = asyncio.ensure_future(
            client.connect(**access.options(), allow_reconnect=False, error_cb=report)
        )
        failing = asyncio.ensure_future(all_failed.wait())
        try:
            await asyncio.wait((connecting, failing), return_when=asyncio.FIRST_COMPLETED)
            if not connecting.done():
                raise reports[-1]
            connecting.result()
        finally:
            connecting.cancel()
            failing.cancel()
            await asyncio.gather(connecting, failing, return_exceptions=True)
