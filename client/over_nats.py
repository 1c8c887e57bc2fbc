"""Calls over NATS micro."""

from typing import Any, TypeVar

import msgspec
from nats.aio.client import Client
from nats.errors import ConnectionClosedError, MaxPayloadError, NoRespondersError
from nats.errors import TimeoutError as NatsTimeout

from .transport import NoAnswer, NobodyThere, Options, Problem, Transport, problem_of

T = TypeVar("T")

_SECONDS = 30.0
_ERROR = "Nats-Service-Error-Code"


class NatsTransport(Transport):
    """Calls over a connection of nats-py, which the caller opens and closes."""

    def __init__(self, client: Client, token: str, *, prefix: str = "solebook") -> None:
        """`token` is that of a program or of a user. `prefix` is the exchange's `nats.prefix`."""
        self._client = client
        self._token = token
        self._prefix = prefix

    async def call(self, name: str, request: Any, answer: type[T], options: Options) -> T:
        seconds = _SECONDS if options.timeout is None else options.timeout
        headers = {"Authorization": f"Bearer {self._token}", "Timeout": str(seconds)}
        if options.acting_for is not None:
            headers["Acting-For"] = str(options.acting_for)
        if options.key is not None:
            headers["Idempotency-Key"] = options.key
        try:
            reply = await self._client.request(
                f"{self._prefix}.services.{name}",
                msgspec.json.encode(request),
                timeout=seconds,
                headers=headers,
            )
        except (NoRespondersError, ConnectionClosedError) as error:
            raise NobodyThere(name) from error
        except MaxPayloadError as error:
            raise Problem(413, "about:blank", "the request is larger than NATS takes") from error
        except NatsTimeout as error:
            raise NoAnswer(name) from error
        if reply.headers is not None and _ERROR in reply.headers:
            raise problem_of(msgspec.json.decode(reply.data))
        return msgspec.json.decode(reply.data, type=answer)
