"""Whether the server of NATS answers at the moment."""

import asyncio

from ...ports.language.errors import Unavailable
from .network import NETWORK, Network

_WAIT = 0.1
"""Seconds to wait for an answer. One that comes later counts at the next question."""


class Pulse:
    """Notices that the server is silent, long before the connection ends because of that."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._connection = 0
        """The connection of the last question. After an interruption it is never answered."""
        self._answer: asyncio.Future[None] | None = None

    async def check(self) -> None:
        """Raise Unavailable unless the server answers, or has answered the last question."""
        network = self._network
        if not network.is_connected:
            raise Unavailable(what=NETWORK)
        has_answered = self._has_answered
        if self._answer is None or self._answer.done() or self._connection != network.connections:
            self._connection = network.connections
            self._answer = network.ask_for_answer()
        await asyncio.wait((self._answer,), timeout=_WAIT)
        if not (has_answered or self._has_answered):
            raise Unavailable(what=NETWORK)

    @property
    def _has_answered(self) -> bool:
        answer = self._answer
        return (
            answer is not None
            and answer.done()
            and not answer.cancelled()
            and (answer.exception() is None)
        )
