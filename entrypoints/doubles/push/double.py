"""The double of push services: Web Push (RFC 8030), with its browsers, and ntfy's JSON API."""

import base64
import json
import os
import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import http_ece  # type: ignore[import-untyped]
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ..messages.double import Call, MessageDouble, Reply, json_object, unknown_fields

_VAPID = re.compile(r"vapid t=([^,\s]+),\s*k=([^,\s]+)")
_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")
_NTFY = ("topic", "title", "message", "priority", "tags", "click")
_MOST_BYTES = 4_096
_LONGEST_TOKEN = 86_400


@dataclass
class Browser:
    """A browser that is subscribed."""

    key: EllipticCurvePrivateKey
    auth: bytes
    is_gone: bool = False

    def subscription(self, endpoint: str) -> dict[str, str]:
        """Return what the browser gives to the user's page."""
        public = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": endpoint, "p256dh": _text(public), "auth": _text(self.auth)}


class PushDouble(MessageDouble):
    """Takes messages for its browsers, which decrypt them, and for topics."""

    def __init__(self, token: str | None = None) -> None:
        """`token` is what publishing to a topic needs, if anything."""
        super().__init__()
        self._token = token
        self.browsers: dict[str, Browser] = {}
        self.gone_topics: set[str] = set()

    def subscribe(self, url: str) -> dict[str, str]:
        """Return the subscription of a new browser, at this double's URL."""
        ident = uuid4().hex
        self.browsers[ident] = Browser(generate_private_key(SECP256R1()), os.urandom(16))
        return self.browsers[ident].subscription(f"{url}/push/{ident}")

    def act(self, name: str, values: dict[str, Any]) -> Any:
        """`browsers` subscribes a new one, `gone` ends a subscription or a topic."""
        match name:
            case "browsers":
                return self.subscribe(values.get("url", ""))
            case "gone":
                self.lose(values.get("device", ""))
                return {}
            case _:
                return super().act(name, values)

    def lose(self, device: str) -> None:
        """End the subscription with this endpoint, or a topic."""
        browser = self.browsers.get(device.rpartition("/")[2])
        if browser is None:
            self.gone_topics.add(device)
        else:
            browser.is_gone = True

    def answer(self, call: Call) -> Reply:
        if call.method == "GET":
            return self._tell(call)
        if call.method != "POST":
            return Reply(405)
        return self._push(call) if call.path.startswith("/push/") else self._publish(call)

    def _tell(self, call: Call) -> Reply:
        """Answer what changes nothing: how it is, and who calls."""
        match call.path:
            case "/v1/health":
                return Reply(200, {"healthy": True})
            case "/v1/account":
                given = call.headers.get("authorization")
                is_known = given is None or given == f"Bearer {self._token}"
                return Reply(200, {"role": "user"}) if is_known else Reply(401)
            case _:
                return Reply(405)

    def _push(self, call: Call) -> Reply:
        browser = self.browsers.get(call.path.removeprefix("/push/"))
        if browser is None:
            return Reply(404)
        if browser.is_gone:
            return Reply(410)
        if not _is_authorised(call):
            return Reply(403)
        headers = call.headers
        if headers.get("content-encoding") != "aes128gcm" or not headers.get("ttl", "").isdecimal():
            return Reply(400)
        if not _TOPIC.fullmatch(headers.get("topic", "-")):
            return Reply(400)
        if len(call.body) > _MOST_BYTES:
            return Reply(413)
        content = http_ece.decrypt(
            call.body, private_key=browser.key, auth_secret=browser.auth, version="aes128gcm"
        )
        self.keep({"device": call.path, "topic": headers.get("topic"), **json.loads(content)})
        return Reply(201)

    def _publish(self, call: Call) -> Reply:
        if self._token and call.headers.get("authorization") != f"Bearer {self._token}":
            return Reply(403)
        message = json_object(call.body)
        if unknown_fields(message, _NTFY) or not message.get("topic"):
            return Reply(400)
        if message["topic"] in self.gone_topics:
            return Reply(410)
        self.keep({"device": message["topic"], **message})
        return Reply(200, {"id": uuid4().hex, "event": "message"})


def _is_authorised(call: Call) -> bool:
    """Return whether a token is signed, is for this service, and does not last too long."""
    given = _VAPID.fullmatch(call.headers.get("authorization", ""))
    if given is None:
        return False
    token, key = given[1], given[2]
    signed, _, signature = token.rpartition(".")
    raw = _bytes(signature)
    numbers = (int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), _bytes(key))
    try:
        public.verify(encode_dss_signature(*numbers), signed.encode(), ECDSA(SHA256()))
    except InvalidSignature:
        return False
    claims = json.loads(_bytes(signed.partition(".")[2]))
    now = time.time()
    is_for_us = urlsplit(claims["aud"]).netloc == call.headers["host"]
    return is_for_us and now < claims["exp"] <= now + _LONGEST_TOKEN and bool(claims["sub"])


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
