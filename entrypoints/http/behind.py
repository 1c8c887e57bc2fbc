"""What is behind the routes: an application, and the limits of those who call it."""

from collections.abc import Callable
from dataclasses import dataclass

from litestar.types import Scope

from ...composition.application import Application
from ...composition.health import view_health_of
from ...config.http import HttpSettings
from ...config.log import Addresses, LogSettings
from ...config.stream import StreamSettings
from ...core.operations.view_health import ViewHealth
from ...core.users.credential_limits import CredentialLimits
from .edge.client_address import client_address, is_trusted
from .edge.hosts import AllowedHosts
from .edge.places import Places
from .edge.rate_limiting import RequestLimits, SourceLimits
from .stream.handler import Stream

_LOG = LogSettings()
_COSTLY_AT_ONCE = 8
_COSTLY_OF_ONE = 2
_COSTLY_WAITING = 32
"""How many costly requests run at the same time, how many of one address, and how many of it wait.

Fewer than the store's connections for public reads are no gain, and more would wait for these.
"""
_EXPORTS_AT_ONCE = 2
"""How many exports run at the same time, of different users."""


@dataclass(frozen=True)
class Behind:
    """What requests are checked and answered with."""

    application: Application
    hosts: AllowedHosts
    limits: RequestLimits
    credential_limits: SourceLimits
    places: Places
    exports: Places
    """Places of users for exports, which take longer than other requests."""
    health: ViewHealth
    stream: Stream
    is_of_proxy: Callable[[Scope], bool]
    """Whether a trusted proxy sent a request."""
    log_addresses: Addresses
    """How much of a client's address is logged."""


def behind_routes(
    application: Application,
    settings: HttpSettings,
    stream_settings: StreamSettings,
    log_settings: LogSettings = _LOG,
) -> Behind:
    """Return what is behind the routes of an application."""
    buckets = application.adapters.rate_limits
    proxies = settings.proxy_networks()
    address_of = client_address(proxies)
    limits = RequestLimits(
        buckets,
        address_limit=settings.address_limit,
        user_limit=settings.user_limit,
        key_limit=settings.key_limit,
        wrong_key_limit=settings.credentials_limit,
        address_of=address_of,
    )
    return Behind(
        application=application,
        hosts=AllowedHosts(settings.allowed_hosts),
        limits=limits,
        credential_limits=SourceLimits(
            CredentialLimits(buckets, settings.credentials_limit, settings.email_limit), address_of
        ),
        places=Places(at_once=_COSTLY_AT_ONCE, per_owner=_COSTLY_OF_ONE, waiting=_COSTLY_WAITING),
        exports=Places(at_once=_EXPORTS_AT_ONCE, per_owner=1, waiting=0),
        health=view_health_of(application),
        stream=Stream(application, stream_settings, settings, limits),
        is_of_proxy=lambda scope: is_trusted((scope.get("client") or ("",))[0], proxies),
        log_addresses=log_settings.addresses,
    )
