"""The services over gRPC, called with the library's own client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import grpc
import grpc.aio
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from grpc_status import rpc_status

from solebook.config.services import ServicesSettings
from solebook.entrypoints.services.dispatcher import Call, Serve
from solebook.entrypoints.services.over_grpc import CODES, serving_over_grpc
from solebook.entrypoints.services.protobuf import filled, message_types, plain
from solebook.entrypoints.services.rpc import Rpc

from .ways import Told, Way

_GARBAGE = b"\xff"


class OverGrpc(Way):
    """Unary calls of a channel."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.channel = channel

    async def __call__(self, rpc: Rpc, request: dict[str, Any] | bytes, call: Call) -> Told:
        asked, answered = message_types(rpc.name)
        try:
            assert isinstance(request, dict)
            body = filled(asked(), request).SerializeToString()
        except (AssertionError, AttributeError, KeyError, TypeError, ValueError):
            body = _GARBAGE  # Protocol Buffers cannot even say it
        metadata = {
            "authorization": None if call.token is None else f"Bearer {call.token}",
            "acting-for": call.acting_for,
            "traceparent": call.traceparent,
            "idempotency-key": call.key,
        }
        method: Any = self.channel.unary_unary(
            f"/solebook.v1.{rpc.service}/{rpc.method}", response_deserializer=answered.FromString
        )
        sent = tuple((name, value) for name, value in metadata.items() if value is not None)
        timeout = 20 if call.seconds is None else call.seconds
        try:
            response = await method(body, metadata=sent, timeout=timeout)
        except grpc.aio.AioRpcError as error:
            return _told(error)
        return Told(200, plain(response, with_nulls=True))


def _told(error: grpc.aio.AioRpcError) -> Told:
    status = rpc_status.from_call(error)  # type: ignore[arg-type]  # it has what is read
    if status is None:  # the client itself has given up
        assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED, error
        return Told(504, {"type": "/problems/deadline-exceeded"})
    members = Struct()
    status.details[1].Unpack(members)
    problem = MessageToDict(members)
    assert CODES[HTTPStatus(int(problem["status"]))] is error.code()
    assert error.details() == problem["detail"]
    return Told(int(problem["status"]), problem)


@asynccontextmanager
async def over_grpc(serve: Serve) -> AsyncIterator[Way]:
    settings = ServicesSettings(grpc_port=0)
    async with (
        serving_over_grpc(serve, settings, max_body=1_048_576) as port,
        grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
    ):
        yield OverGrpc(channel)
