"""Serve the table on every transport that the settings name."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from ... import __version__
from ...composition.across import Across
from ...composition.application import Application
from ...config.settings import Settings
from ...ports.language.process_roles import ProcessRole

if TYPE_CHECKING:
    from .dispatcher import Dispatcher

_log = logging.getLogger("solebook.services")


def is_served(settings: Settings) -> bool:
    """Return whether the settings name any transport."""
    return bool(settings.nats.servers) or settings.services.grpc_port is not None


@asynccontextmanager
async def serving_services(application: Application, settings: Settings) -> AsyncIterator[None]:
    """Serve all services until the block is left, if it is a role of the process.

    Raises OSError and Unavailable if a transport cannot be opened.
    """
    if ProcessRole.SERVICES not in application.roles or not is_served(settings):
        yield
        return
    from .dispatcher import Dispatcher  # it takes its time, and most processes serve none

    dispatcher = Dispatcher(application, settings.http)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(dispatcher.finish)
        if application.across is not None:
            await stack.enter_async_context(_over_nats(dispatcher, application.across))
        if settings.services.grpc_port is not None:
            await stack.enter_async_context(_over_grpc(dispatcher, settings))
        yield


@asynccontextmanager
async def _over_grpc(dispatcher: "Dispatcher", settings: Settings) -> AsyncIterator[None]:
    from .over_grpc import serving_over_grpc  # an optional package

    max_body = settings.http.max_body
    async with serving_over_grpc(dispatcher, settings.services, max_body=max_body) as port:
        _log.info("services are served over gRPC on port %d", port)
        yield


@asynccontextmanager
async def _over_nats(dispatcher: "Dispatcher", across: Across) -> AsyncIterator[None]:
    from .over_nats import micro_services  # an optional package

    async with across.serve_services(micro_services(dispatcher), __version__):
        yield
