"""Calls over gRPC."""

from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import grpc
import grpc.aio
import msgspec
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct
from grpc_status import rpc_status

from .protobuf import filled, plain
from .transport import NoAnswer, NobodyThere, Options, Transport, problem_of

T = TypeVar("T")

SCHEMA = Path(__file__).with_name("solebook.binpb")
"""The schema of the services, as a FileDescriptorProto."""
_SECONDS = 30.0
_NOT_CONNECTED = "failed to connect to all addresses"
"""What gRPC says if it could not send a call at all. Otherwise the server may have got it."""


class GrpcTransport(Transport):
    """Calls over a channel of grpc.aio, which the caller opens and closes."""

    def __init__(self, channel: grpc.aio.Channel, token: str) -> None:
        """`token` is that of a program or of a user."""
        self._channel = channel
        self._token = token

    async def call(self, name: str, request: Any, answer: type[T], options: Options) -> T:
        package, asked, answered = _types(name)
        metadata = [("authorization", f"Bearer {self._token}")]
        if options.acting_for is not None:
            metadata.append(("acting-for", str(options.acting_for)))
        if options.key is not None:
            metadata.append(("idempotency-key", options.key))
        method: Any = self._channel.unary_unary(
            f"/{package}.{name.replace('.', '/')}",
            request_serializer=asked.SerializeToString,
            response_deserializer=answered.FromString,
        )
        values = msgspec.json.decode(msgspec.json.encode(request))
        seconds = _SECONDS if options.timeout is None else options.timeout
        try:
            reply = await method(filled(asked(), values), metadata=tuple(metadata), timeout=seconds)
        except grpc.aio.AioRpcError as error:
            raise _failure(name, error) from error
        return msgspec.json.decode(msgspec.json.encode(plain(reply)), type=answer)


def _failure(name: str, error: grpc.aio.AioRpcError) -> Exception:
    status = rpc_status.from_call(error)  # type: ignore[arg-type]  # it has what is read
    if status is not None and len(status.details) > 1:
        members = Struct()
        status.details[1].Unpack(members)
        return problem_of(MessageToDict(members))
    code, details = error.code(), error.details() or ""
    if code is grpc.StatusCode.UNIMPLEMENTED or details.startswith(_NOT_CONNECTED):
        return NobodyThere(name)
    return NoAnswer(f"{name}: {details}")


@cache
def _pool() -> tuple[descriptor_pool.DescriptorPool, descriptor_pb2.FileDescriptorProto]:
    file = descriptor_pb2.FileDescriptorProto.FromString(SCHEMA.read_bytes())
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool, file


@cache
def _types(name: str) -> tuple[str, type[Message], type[Message]]:
    """Return the package, and the classes of the request and the response of a call."""
    pool, file = _pool()
    method = pool.FindMethodByName(f"{file.package}.{name}")
    return (
        file.package,
        message_factory.GetMessageClass(method.input_type),
        message_factory.GetMessageClass(method.output_type),
    )
