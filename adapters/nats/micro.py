"""Services of NATS micro, which clients find, ask for statistics, and call by subject."""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from nats.errors import Error, MaxPayloadError
from nats.micro import add_service
from nats.micro.request import Request
from nats.micro.service import EndpointStats, ServiceConfig
from nats.micro.service import Service as NatsService

from ...ports.language.errors import Unavailable
from ...ports.language.text import one_line
from .network import NETWORK, Network

_log = logging.getLogger(__name__)
_RELEASE = re.compile(r"\d+(\.\d+){0,2}")


@dataclass(frozen=True, slots=True)
class MicroReply:
    """What an endpoint answers. `error` is a code and a description, if it is one."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    error: tuple[str, str] | None = None


MicroHandler: TypeAlias = Callable[[bytes, Mapping[str, str]], Awaitable[MicroReply]]
"""Answers a request by its body and its headers, whose names are in lower case."""


@dataclass(frozen=True, slots=True)
class MicroEndpoint:
    """One call of a service."""

    name: str
    handle: MicroHandler
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MicroService:
    """A service and its calls, each at `PREFIX.services.SERVICE.CALL`."""

    name: str
    description: str
    endpoints: Sequence[MicroEndpoint]
    too_large: MicroReply
    """What is answered in place of an answer that the server does not take."""


@asynccontextmanager
async def serving(
    network: Network, services: Sequence[MicroService], *, prefix: str, version: str
) -> AsyncIterator[None]:
    """Serve services until the block is left, and then finish the requests under way.

    Several processes may serve the same ones, and share the requests. Raises Unavailable.
    """
    under_way: set[asyncio.Task[None]] = set()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(_finish, network, under_way)
        try:
            for service in services:
                served = await _serve(network, service, prefix, version, under_way)
                stack.push_async_callback(_stop, served)
            await network.client.flush()  # so that the server knows them
        except (Error, OSError, TimeoutError) as error:
            raise Unavailable(what=NETWORK) from error
        yield


async def _stop(served: NatsService) -> None:
    with suppress(Error, OSError, TimeoutError):  # it ended with the connection
        await served.stop()


async def _finish(network: Network, under_way: set[asyncio.Task[None]]) -> None:
    """Answer the requests under way."""
    if under_way:
        await asyncio.wait(under_way)
        with suppress(Error, OSError, TimeoutError):
            await network.client.flush()


async def _serve(
    network: Network,
    service: MicroService,
    prefix: str,
    version: str,
    under_way: set[asyncio.Task[None]],
) -> NatsService:
    doings = {each.name: _Doing(each, service.too_large, under_way) for each in service.endpoints}

    def complete(stats: EndpointStats) -> Any:
        return doings[stats.name].complete(stats)

    config = ServiceConfig(
        name=service.name,
        version=semantic(version),
        description=service.description,
        stats_handler=complete,
    )
    served = await add_service(network.client, config)
    group = served.add_group(name=f"{prefix}.services.{service.name}")
    for endpoint in service.endpoints:
        await group.add_endpoint(
            name=endpoint.name,
            handler=doings[endpoint.name].begin,
            metadata=dict(endpoint.metadata),
        )
    return served


def semantic(version: str) -> str:
    """Return a version of Python's kind as NATS takes it: of 1.2.dev3+g4 it is 1.2.0-dev3+g4.

    So has a version between two releases, with which no service could be served otherwise.
    """
    public, plus, local = version.partition("+")
    found = _RELEASE.match(public)
    if found is None:
        return f"0.0.0-{public}{plus}{local}"
    release = ".".join([*found[0].split("."), "0", "0"][:3])
    rest = public[found.end() :].lstrip(".-_")
    return f"{release}{'-' if rest else ''}{rest}{plus}{local}"


class _Doing:
    """Answers the requests to one endpoint, each in a task of its own, and counts them.

    The library would handle one after the other, and count no error that a handler has answered.
    """

    def __init__(
        self, endpoint: MicroEndpoint, too_large: MicroReply, under_way: set[asyncio.Task[None]]
    ) -> None:
        self._endpoint = endpoint
        self._too_large = too_large
        self._under_way = under_way
        self._answered = 0
        self._errors = 0
        self._time = 0
        self._last_error: str | None = None

    async def begin(self, request: Request) -> None:
        """Begin to answer a request."""
        task = asyncio.create_task(self._answer(request))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def complete(self, stats: EndpointStats) -> None:
        """Put what was counted here into the statistics."""
        stats.num_errors = self._errors
        stats.processing_time = self._time
        stats.average_processing_time = self._time // max(self._answered, 1)
        stats.last_error = self._last_error

    async def _answer(self, request: Request) -> None:
        started = time.perf_counter_ns()
        try:
            headers = {name.lower(): value for name, value in (request.headers or {}).items()}
            reply = await self._endpoint.handle(request.data, headers)
            try:
                await self._send(request, reply)
            except MaxPayloadError:
                await self._send(request, self._too_large)
        except (Error, ValueError) as error:  # the connection is gone, or nobody wants an answer
            _log.warning("an answer to %s could not be sent: %s", request.subject, error)
        except Exception:  # noqa: BLE001  # it is a bug of the handler, whose text is not sent
            _log.exception("a request to %s was not answered", request.subject)
        finally:
            self._answered += 1
            self._time += time.perf_counter_ns() - started

    async def _send(self, request: Request, reply: MicroReply) -> None:
        if reply.error is None:
            await request.respond(reply.body, headers=dict(reply.headers))
        else:
            code, description = reply.error
            self._errors += 1
            self._last_error = f"{code}: {description}"
            await request.respond_error(
                code, one_line(description), reply.body, headers=dict(reply.headers)
            )
