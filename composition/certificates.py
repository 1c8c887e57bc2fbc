"""The certificates of the servers of this process, which look for new ones themselves."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ..config.server import ServerSettings
from ..config.services import ServicesSettings
from ..config.settings import Settings
from ..ports.clock import Clock
from ..ports.service_check import ServiceCheck
from .encryption import authority_of

if TYPE_CHECKING:
    from ..adapters.security.server_certificate import ServerCertificate

_LOOKS_EVERY = 5.0
"""Seconds between two looks at the files."""


class Certificate(Protocol):
    """What a server proves itself with. It changes when the files have a new one."""

    @property
    def context(self) -> ssl.SSLContext:
        """What a new connection is encrypted with."""

    @property
    def files(self) -> tuple[bytes, bytes]:
        """The contents of the certificate's file and of the key's."""


@asynccontextmanager
async def certificate_of_server(settings: ServerSettings) -> AsyncIterator[Certificate | None]:
    """Yield what the HTTP server and the metrics are encrypted with, or None without TLS.

    It is renewed until the block is left. Raises OSError if its files cannot be used.
    """
    certificate = _server_certificate(settings)
    if certificate is None:
        yield None
        return
    async with _renewed(certificate):
        yield certificate


@asynccontextmanager
async def certificate_of_services(settings: ServicesSettings) -> AsyncIterator[Certificate | None]:
    """Yield what gRPC is encrypted with, or None without TLS.

    It is renewed until the block is left. Raises OSError if its files cannot be used.
    """
    certificate = _services_certificate(settings)
    if certificate is None:
        yield None
        return
    async with _renewed(certificate):
        yield certificate


def check_of_server(settings: Settings, clock: Clock) -> ServiceCheck | None:
    """Return what tries the HTTP server's certificate, or None without TLS. Raises OSError."""
    return _check("server", _server_certificate(settings.server), clock)


def check_of_services(settings: Settings, clock: Clock) -> ServiceCheck | None:
    """Return what tries gRPC's certificate, or None without TLS. Raises OSError."""
    authority_of_callers(settings.services)
    return _check("services", _services_certificate(settings.services), clock)


def _check(
    service: str, certificate: "ServerCertificate | None", clock: Clock
) -> ServiceCheck | None:
    if certificate is None:
        return None
    from ..adapters.security.check import CertificateCheck

    return CertificateCheck(service, certificate, clock)


def _server_certificate(settings: ServerSettings) -> "ServerCertificate | None":
    if settings.cert is None or settings.key is None:
        return None
    from ..adapters.security.server_certificate import ServerCertificate  # takes its time

    return ServerCertificate("server.", settings.cert, settings.key, minimum=settings.tls_minimum)


def _services_certificate(settings: ServicesSettings) -> "ServerCertificate | None":
    if settings.grpc_cert is None or settings.grpc_key is None:
        return None
    from ..adapters.security.server_certificate import ServerCertificate  # takes its time

    return ServerCertificate("services.grpc_", settings.grpc_cert, settings.grpc_key)


def authority_of_callers(settings: ServicesSettings) -> bytes | None:
    """Return the CA whose certificates callers must have, or None if they need none.

    Raises OSError if its file cannot be used.
    """
    if settings.grpc_client_ca is None:
        return None
    authority_of("services.grpc_client_ca", settings.grpc_client_ca)  # raises what is wrong with it
    return Path(settings.grpc_client_ca).read_bytes()


@asynccontextmanager
async def _renewed(certificate: "ServerCertificate") -> AsyncIterator[None]:
    looking = asyncio.create_task(_look_again(certificate))
    try:
        yield
    finally:
        looking.cancel()
        await asyncio.wait({looking})


async def _look_again(certificate: "ServerCertificate") -> None:
    while True:
        await asyncio.sleep(_LOOKS_EVERY)
        await asyncio.to_thread(certificate.look)  # the files may be on another machine
