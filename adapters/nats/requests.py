"""Requests that wait for an answer, over one connection to NATS."""

import asyncio
from itertools import count
from time import perf_counter

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError, NoRespondersError

from ..decorators.server_calls import ServerCalls

_NO_RESPONDERS = "503"


class Requests:
    """Sends requests. All that wait fail when the connection is lost, because no answer will come.

    The client's own requests would wait for their whole time.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._inbox = ""
        self._numbers = count(1)
        self._waiting: dict[str, asyncio.Future[Msg]] = {}
        self._calls = ServerCalls("other processes")

    async def begin(self) -> None:
        """Subscribe to the answers."""
        self._inbox = self._client.new_inbox()
        await self._client.subscribe(f"{self._inbox}.*", cb=self._answer)

    async def send(
        self, subject: str, payload: bytes, seconds: float, headers: dict[str, str] | None
    ) -> bytes:
        """Send a request and return its answer. Raises TimeoutError and the client's errors.

        They tell that nobody has subscribed, and that the connection was lost or closed.
        """
        began, answered = perf_counter(), False
        try:
            answer = await self._sent(subject, payload, seconds, headers)
            answered = True
            return answer
        finally:
            self._calls.note(perf_counter() - began, answered=answered)

    async def _sent(
        self, subject: str, payload: bytes, seconds: float, headers: dict[str, str] | None
    ) -> bytes:
        number = str(next(self._numbers))
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                reply = f"{self._inbox}.{number}"
                await self._client.publish(subject, payload, reply=reply, headers=headers)
                answer = await waiting
        finally:
            del self._waiting[number]
        if answer.headers and answer.headers.get("Status") == _NO_RESPONDERS:
            raise NoRespondersError
        data: bytes = answer.data
        return data

    async def _answer(self, message: Msg) -> None:
        waiting = self._waiting.get(message.subject.rpartition(".")[2])
        if waiting is not None and not waiting.done():
            waiting.set_result(message)

    def fail(self) -> None:
        """End all requests that wait."""
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(ConnectionClosedError)
