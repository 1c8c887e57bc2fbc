"""The table over gRPC, with reflection and health.

The metadata of a call is `authorization: Bearer TOKEN`, `acting-for: USER`, `idempotency-key` and
`traceparent`. Its deadline is that of gRPC. A problem is a status whose details have its members.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import grpc
import grpc.aio
import msgspec
from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.struct_pb2 import Struct
from google.rpc.error_details_pb2 import (  # type: ignore[import-untyped]  # no annotations
    ErrorInfo,
)
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]  # no annotations
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from grpc_status import rpc_status

from ...composition.certificates import Certificate, authority_of_callers, certificate_of_services
from ...config.services import ServicesSettings
from .dispatcher import Answer, Call, Serve
from .protobuf import DecodeError, file_descriptor, filled, message_types, plain
from .rpc import Rpc
from .schema import PACKAGE
from .table import services

_log = logging.getLogger("solebook.services")

CODES = {
    HTTPStatus.BAD_REQUEST: grpc.StatusCode.INVALID_ARGUMENT,
    HTTPStatus.UNAUTHORIZED: grpc.StatusCode.UNAUTHENTICATED,
    HTTPStatus.PAYMENT_REQUIRED: grpc.StatusCode.FAILED_PRECONDITION,
    HTTPStatus.FORBIDDEN: grpc.StatusCode.PERMISSION_DENIED,
    HTTPStatus.NOT_FOUND: grpc.StatusCode.NOT_FOUND,
    HTTPStatus.CONFLICT: grpc.StatusCode.FAILED_PRECONDITION,
    HTTPStatus.GONE: grpc.StatusCode.FAILED_PRECONDITION,
    HTTPStatus.UNPROCESSABLE_ENTITY: grpc.StatusCode.INVALID_ARGUMENT,
    HTTPStatus.TOO_MANY_REQUESTS: grpc.StatusCode.RESOURCE_EXHAUSTED,
    HTTPStatus.INTERNAL_SERVER_ERROR: grpc.StatusCode.INTERNAL,
    HTTPStatus.SERVICE_UNAVAILABLE: grpc.StatusCode.UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT: grpc.StatusCode.DEADLINE_EXCEEDED,
}
"""The gRPC status of each status of HTTP."""

_DOMAIN = "solebook"
_GRACE = 10.0
"""Seconds that calls under way get when the server stops."""
_UNDECODABLE = b"?"
"""What the dispatcher refuses as no request."""


@asynccontextmanager
async def serving_over_grpc(
    serve: Serve, settings: ServicesSettings, *, max_body: int
) -> AsyncIterator[int]:
    """Serve all services until the block is left, and yield the port.

    Raises OSError if the address or a file of TLS cannot be used.
    """
    async with (
        certificate_of_services(settings) as certificate,
        _serving(serve, settings, certificate, max_body) as port,
    ):
        yield port


@asynccontextmanager
async def _serving(
    serve: Serve, settings: ServicesSettings, certificate: Certificate | None, max_body: int
) -> AsyncIterator[int]:
    server = grpc.aio.server(
        options=[("grpc.max_receive_message_length", max_body), ("grpc.so_reuseport", 0)]
    )
    file_descriptor()  # for reflection
    names = []
    for service, calls in services():
        handlers = {rpc.method: _handler(_Servant(rpc, serve).answer) for rpc in calls}
        name = f"{PACKAGE}.{service}"
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, handlers),))
        names.append(name)
    checks = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    shown = (*names, health.SERVICE_NAME, reflection.SERVICE_NAME)
    reflection.enable_server_reflection(shown, server)
    port = _bound(server, settings, certificate)
    await server.start()
    for name in ("", *names):
        await checks.set(name, health_pb2.HealthCheckResponse.SERVING)
    try:
        yield port
    finally:
        await checks.enter_graceful_shutdown()
        await server.stop(_GRACE)


def _bound(
    server: grpc.aio.Server, settings: ServicesSettings, certificate: Certificate | None
) -> int:
    host = f"[{settings.grpc_host}]" if ":" in settings.grpc_host else settings.grpc_host
    address = f"{host}:{settings.grpc_port or 0}"
    try:
        if certificate is None:
            return server.add_insecure_port(address)
        return server.add_secure_port(address, _credentials(settings, certificate))
    except RuntimeError as error:
        advice = "choose another port (services.grpc_port), or stop the program that uses it"
        raise OSError(f"cannot listen on {address}: {advice}") from error


def _credentials(settings: ServicesSettings, certificate: Certificate) -> grpc.ServerCredentials:
    """Return the credentials for a certificate that may be renewed. gRPC has TLS 1.2 and 1.3."""
    authority = authority_of_callers(settings)

    def newest() -> grpc.ServerCertificateConfiguration:
        cert, key = certificate.files
        return grpc.ssl_server_certificate_configuration([(key, cert)], root_certificates=authority)

    return grpc.dynamic_ssl_server_credentials(
        newest(), newest, require_client_authentication=authority is not None
    )


def _handler(
    servant: Callable[[bytes, "grpc.aio.ServicerContext[Any, Any]"], Awaitable[bytes]],
) -> "grpc.RpcMethodHandler[Any, Any]":
    # Bytes in and out: the library would answer a request that is none with its own error.
    return grpc.unary_unary_rpc_method_handler(servant)


@dataclass(frozen=True, slots=True)
class _Servant:
    """Passes one call to the dispatcher."""

    rpc: Rpc
    serve: Serve

    async def answer(self, body: bytes, context: "grpc.aio.ServicerContext[Any, Any]") -> bytes:
        answer = await self.serve(self.rpc, self._request(body), _call(context))
        if answer.is_problem:
            await context.abort_with_status(rpc_status.to_status(status_of(answer)))
        if answer.replayed:
            context.set_trailing_metadata((("idempotent-replayed", "true"),))
        response = message_types(self.rpc.name)[1]()
        return filled(response, msgspec.json.decode(answer.body)).SerializeToString()

    def _request(self, body: bytes) -> bytes:
        """Return the request in JSON."""
        request = message_types(self.rpc.name)[0]()
        try:
            request.ParseFromString(body)
        except DecodeError:
            return _UNDECODABLE
        return msgspec.json.encode(plain(request))


def _call(context: "grpc.aio.ServicerContext[Any, Any]") -> Call:
    metadata: Mapping[str, Any] = dict(context.invocation_metadata() or ())
    scheme, _, token = str(metadata.get("authorization", "")).partition(" ")
    return Call(
        token=token.strip() if scheme.lower() == "bearer" else None,
        acting_for=metadata.get("acting-for"),
        key=metadata.get("idempotency-key"),
        traceparent=metadata.get("traceparent"),
        seconds=context.time_remaining(),
    )


def status_of(answer: Answer) -> Status:
    """Return a problem as a status of gRPC: its type as the reason, and all of its members."""
    problem = msgspec.json.decode(answer.body)
    members = Struct()
    members.update(problem)
    reason = problem["type"].rpartition("/")[2].replace("-", "_").upper()
    status = Status(code=CODES[HTTPStatus(answer.status)].value[0], message=answer.detail)
    for detail in (ErrorInfo(reason=reason, domain=_DOMAIN), members):
        packed = Packed()
        packed.Pack(detail)
        status.details.append(packed)
    return status
