"""Requests to JetStream, the part of NATS that keeps messages."""

from typing import Any

import msgspec

from ...ports.language.errors import Unavailable
from .network import NETWORK, Network

_DUPLICATE_IN_BATCH = 10_201
_NOT_FOUND = {10_014, 10_037, 10_059}
"""A consumer, a message, or a stream that is not there."""


class StreamError(Exception):
    """JetStream refused a request."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"{description} ({code})")
        self.code = code

    @property
    def is_not_found(self) -> bool:
        """Whether the stream, the consumer or the message does not exist."""
        return self.code in _NOT_FOUND

    @property
    def is_duplicate_in_batch(self) -> bool:
        """Whether a message of an atomic batch is in the stream already."""
        return self.code == _DUPLICATE_IN_BATCH


class JetStream:
    """Sends requests to JetStream."""

    def __init__(self, network: Network, *, timeout: float = 5.0) -> None:
        """Create it. A request takes at most `timeout` seconds."""
        self._network = network
        self._timeout = timeout

    async def ask(self, subject: str, **fields: Any) -> dict[str, Any]:
        """Send a request of its interface, such as `STREAM.INFO.name`, and return the answer.

        Raises StreamError, and Unavailable, after which anything may have happened.
        """
        payload = msgspec.json.encode(fields) if fields else b""
        return await self.send(f"$JS.API.{subject}", payload)

    async def send(
        self, subject: str, payload: bytes, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Send a request to any subject; see `ask`."""
        answer = await self._network.request(
            subject, payload, timeout=self._timeout, headers=headers
        )
        return _checked(answer)

    async def find(self, subject: str, **fields: Any) -> dict[str, Any] | None:
        """Return the answer, or None if what is asked for does not exist."""
        try:
            return await self.ask(subject, **fields)
        except StreamError as error:
            if error.is_not_found:
                return None
            raise


def _checked(answer: bytes) -> dict[str, Any]:
    try:
        decoded = msgspec.json.decode(answer, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise Unavailable(what=NETWORK) from error
    if (failure := decoded.get("error")) is not None:
        code = failure.get("err_code", failure["code"])
        raise StreamError(code, failure.get("description", "without a reason"))
    return decoded
