"""Web push: messages to browsers, through the service of each browser's maker."""

import asyncio
import base64
import json
import re
from collections import OrderedDict
from collections.abc import Sequence
from datetime import timedelta
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02  # type: ignore[import-untyped]
from pywebpush import WebPusher  # type: ignore[import-untyped]

from ...ports.clock import Clock
from ...ports.language.mail import PushMessage, Undeliverable
from ...ports.language.notifications import PushSubscription, Unreachable
from ...ports.messengers import PushMessenger
from ...ports.stopwatch import Stopwatch
from ..decorators.circuit_breaker import CircuitBreaker
from ..web.calls import HttpCalls
from .devices import Devices

_GONE = (404, 410)
_LIFE = timedelta(days=1)
"""How long a service keeps a message for a browser that is not running."""
_TOKEN_LIFE = timedelta(hours=12)
_MOST_HOSTS = 100
_SERVER = "push services"
"""Their name in measurements. Their hosts are too many, and chosen by browsers."""
_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?")


class WebPushMessenger(PushMessenger):
    """Encrypts a message for each subscription of a user, and posts it to its service.

    Services only know the exchange by its VAPID key. A message that a browser did not get yet is
    replaced by its repetition, which has the same topic; the page's service worker should show one
    of each `id`.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        clock: Clock,
        stopwatch: Stopwatch,
        *,
        private_key: str,
        contact: str,
        hosts: Sequence[str],
    ) -> None:
        """`private_key` is base64url, `contact` a mailto: or https: URL.

        `hosts` are patterns of the services: users name the URLs that are called.
        """
        self._client = client
        self._clock = clock
        self._stopwatch = stopwatch
        self._vapid = Vapid02.from_string(private_key=private_key)
        self._contact = contact
        self._hosts = hosts
        self._devices = Devices()
        self._services: OrderedDict[str, tuple[HttpCalls, CircuitBreaker]] = OrderedDict()

    async def send(self, message: PushMessage) -> Sequence[Undeliverable]:
        content = {"id": str(message.id), "title": message.title, "body": message.text}
        body = json.dumps(content, ensure_ascii=False).encode()

        async def post(subscription: PushSubscription) -> Undeliverable | None:
            return await self._post(subscription, body, message.id.hex)

        return await self._devices.send(
            message.id, message.subscriptions, lambda each: each.endpoint, post
        )

    async def _post(
        self, subscription: PushSubscription, body: bytes, topic: str
    ) -> Undeliverable | None:
        endpoint = urlsplit(subscription.endpoint)
        if not is_service(subscription.endpoint, self._hosts):
            return Undeliverable(subscription.endpoint, Unreachable.INVALID)
        try:
            encrypted = await asyncio.to_thread(_encrypted, subscription, body)
        except (ValueError, TypeError):  # its keys are no keys
            return Undeliverable(subscription.endpoint, Unreachable.INVALID)
        origin = f"{endpoint.scheme}://{endpoint.netloc}"
        headers = self._headers(origin) | {
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(_LIFE.total_seconds())),
            "Topic": topic,
        }
        calls, breaker = self._service(endpoint.netloc)
        answer = await breaker(
            lambda: calls.call("POST", subscription.endpoint, content=encrypted, headers=headers)
        )
        if answer.is_success:
            return None
        if answer.status_code in _GONE:
            return Undeliverable(subscription.endpoint, Unreachable.GONE)
        raise calls.refused(f"status {answer.status_code}")

    def _headers(self, origin: str) -> dict[str, str]:
        until = int((self._clock.now() + _TOKEN_LIFE).timestamp())
        signed = self._vapid.sign({"aud": origin, "exp": until, "sub": self._contact})
        return {str(name): str(value) for name, value in signed.items()}

    def _service(self, host: str) -> tuple[HttpCalls, CircuitBreaker]:
        """Return the calls of a service, with a breaker of its own."""
        if host not in self._services:
            what = f"the push service {host}"
            calls = HttpCalls(self._client, self._stopwatch, what=what)
            breaker = CircuitBreaker(self._stopwatch, what=what, server=_SERVER)
            self._services[host] = calls, breaker
            if len(self._services) > _MOST_HOSTS:
                self._services.popitem(last=False)
        return self._services[host]


def public_key_of(private_key: str) -> str:
    """Return the public key of a VAPID key, both in base64url. Raises ValueError if it is none."""
    public = Vapid02.from_string(private_key=private_key).public_key
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def is_service(endpoint: str, hosts: Sequence[str]) -> bool:
    """Return whether a URL is at one of these hosts, which may have `*` and a port."""
    try:
        parts = urlsplit(endpoint)
        is_here = httpx.URL(endpoint).host in ("127.0.0.1", "::1", "localhost")
    except (ValueError, httpx.InvalidURL):  # no host can have this name
        return False
    if not _HOST.fullmatch(parts.netloc) or not (parts.scheme == "https" or is_here):
        return False
    return any(fnmatchcase(parts.netloc.lower(), pattern) for pattern in hosts)


def _encrypted(subscription: PushSubscription, body: bytes) -> bytes:
    keys = {"p256dh": subscription.p256dh, "auth": subscription.auth}
    pusher = WebPusher({"endpoint": subscription.endpoint, "keys": keys})
    encoded = pusher.encode(body, content_encoding="aes128gcm")
    assert encoded is not None, "the body is not empty"
    return bytes(encoded["body"])
