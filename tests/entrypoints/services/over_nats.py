"""The services over NATS, called with the library's own client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import msgspec
import nats
from nats.aio.client import Client

from solebook.adapters.nats.micro import serving
from solebook.adapters.nats.network import NatsAccess, Network
from solebook.entrypoints.services.dispatcher import Call, Serve
from solebook.entrypoints.services.over_nats import micro_services
from solebook.entrypoints.services.rpc import Rpc

from .ways import Opened, Told, Way


class OverNats(Way):
    """Requests to the subjects of NATS micro."""

    def __init__(self, client: Client, prefix: str) -> None:
        self.client = client
        self.prefix = prefix

    async def __call__(self, rpc: Rpc, request: dict[str, Any] | bytes, call: Call) -> Told:
        headers = {
            "Authorization": None if call.token is None else f"Bearer {call.token}",
            "Acting-For": call.acting_for,
            "traceparent": call.traceparent,
            "Idempotency-Key": call.key,
            "Timeout": None if call.seconds is None else str(call.seconds),
        }
        body = request if isinstance(request, bytes) else msgspec.json.encode(request)
        answer = await self.client.request(
            f"{self.prefix}.services.{rpc.name}",
            body,
            timeout=20,
            headers={name: value for name, value in headers.items() if value is not None},
        )
        told = msgspec.json.decode(answer.data)
        error = (answer.headers or {}).get("Nats-Service-Error-Code")
        if error is None:
            return Told(200, told)
        assert answer.headers is not None
        assert answer.headers["Nats-Service-Error"] == told["detail"]
        assert error == str(told["status"])
        return Told(told["status"], told)


def over_nats(url: str) -> Opened:
    @asynccontextmanager
    async def opened(serve: Serve) -> AsyncIterator[Way]:
        prefix = f"test-{uuid4().hex}"
        client = await nats.connect(url)
        try:
            async with (
                Network(NatsAccess(servers=(url,))) as network,
                serving(network, micro_services(serve), prefix=prefix, version="1.2.3"),
            ):
                yield OverNats(client, prefix)
        finally:
            await client.close()

    return opened
