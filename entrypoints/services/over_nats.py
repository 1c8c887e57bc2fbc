"""The table as services of NATS micro.

The headers of a request are `Authorization: Bearer TOKEN`, `Acting-For: USER`, `Idempotency-Key`,
`traceparent` and `Timeout`, in seconds. Its body is JSON. A problem has the error headers of micro,
with its status as the code, and the problem as the body.
"""

import math
from collections.abc import Iterator, Mapping

import msgspec

from ...composition.services import MicroEndpoint, MicroReply, MicroService
from .dispatcher import ANSWER_TOO_LARGE, Answer, Call, Serve
from .rpc import Key, Rpc
from .table import services

_REPLAYED = {"Idempotent-Replayed": "true"}


def micro_services(serve: Serve) -> list[MicroService]:
    """Return all services, whose requests go to a dispatcher."""
    return [
        MicroService(
            name,
            f"{name} of a sneaker exchange",
            list(_endpoints(calls, serve)),
            too_large=_reply(ANSWER_TOO_LARGE),
        )
        for name, calls in services()
    ]


def call_of(headers: Mapping[str, str]) -> Call:
    """Return what a request says in its headers. A timeout that is no number counts as over."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return Call(
        token=token.strip() if scheme.lower() == "bearer" else None,
        acting_for=headers.get("acting-for"),
        key=headers.get("idempotency-key"),
        seconds=_seconds(headers.get("timeout")),
        traceparent=headers.get("traceparent"),
    )


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        return 0.0
    return 0.0 if math.isnan(seconds) else seconds


def _endpoints(calls: list[Rpc], serve: Serve) -> Iterator[MicroEndpoint]:
    for rpc in calls:
        yield MicroEndpoint(rpc.method, _Endpoint(rpc, serve), _metadata(rpc))


class _Endpoint:
    """Passes the requests of one call to the dispatcher."""

    def __init__(self, rpc: Rpc, serve: Serve) -> None:
        self._rpc = rpc
        self._serve = serve

    async def __call__(self, body: bytes, headers: Mapping[str, str]) -> MicroReply:
        return _reply(await self._serve(self._rpc, body, call_of(headers)))


def _reply(answer: Answer) -> MicroReply:
    if answer.is_problem:
        return MicroReply(answer.body, error=(str(int(answer.status)), answer.detail))
    return MicroReply(answer.body, _REPLAYED if answer.replayed else {})


def _metadata(rpc: Rpc) -> dict[str, str]:
    """Return what a client that looks around is shown of a call."""
    shown = {
        "about": rpc.about,
        "caller": rpc.who.value,
        "idempotency_key": str(rpc.key is not Key.NONE).lower(),
        "request": msgspec.json.encode(msgspec.json.schema(rpc.request)).decode(),
        "response": msgspec.json.encode(msgspec.json.schema(rpc.response)).decode(),
    }
    return shown | ({"roles": " or ".join(sorted(rpc.roles))} if rpc.roles else {})
