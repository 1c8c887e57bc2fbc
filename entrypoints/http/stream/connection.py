"""One connection to the live stream, from the handshake to the end."""

import asyncio
import logging
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NoReturn

import msgspec
from litestar import WebSocket
from litestar.exceptions import HTTPException, WebSocketException

from ....composition.application import Application
from ....config.stream import StreamSettings
from ....ports.book_stream import BookReader
from ....ports.language.api_tokens import KeyScope
from ....ports.language.errors import (
    InvalidToken,
    Refusal,
    TooManySubscriptions,
    Unavailable,
)
from ....ports.language.ids import ProductId
from ....ports.language.market import BookKey
from ....ports.language.streams import FellBehind
from ....ports.language.users import Actor
from ..edge.bearer import bearer_token
from ..edge.costs import ENTRANCE, SUBSCRIPTION
from ..edge.problems import problem_of
from ..edge.rate_limiting import RequestLimits
from ..routes.order_views import order_view
from .messages import (
    Answer,
    Authenticate,
    Authenticated,
    CloseCode,
    Error,
    FollowBook,
    FollowOrders,
    LeaveBook,
    LeaveOrders,
    OrderChanged,
    Ping,
    Pong,
    Request,
    Subscribed,
    Unsubscribed,
    book_message,
    left_message,
    read_request,
)
from .seats import NoSeat, Seats

_log = logging.getLogger("solebook.http")

_GLANCE = 1.0
"""Seconds between two checks of timeouts and expiry."""
_CHECKED_EVERY = 30.0
"""Seconds between two looks at whether a token is still valid, if nothing is told meanwhile."""
_LAST_WORD = 1.0
"""The timeout for sending the close reason. The client may be closed because it does not read."""


class Closed(Exception):
    """The connection has ended: the server closed it with a code, or the client disconnected."""

    def __init__(self, code: CloseCode | None = None) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The token and the actor of an authenticated connection, and the expiry (UTC)."""

    token: str = field(repr=False)
    actor: Actor
    expires_at: datetime | None
    """None for an API key that does not expire."""
    checked_at: float
    """When the token was last found valid, by the stopwatch."""


class StreamConnection:
    """Serves one client with several tasks that end together.

    One task receives requests, one sends books, one sends orders, and one checks timeouts. Messages
    are sent one at a time.
    """

    def __init__(
        self,
        socket: WebSocket[Any, Any, Any],
        application: Application,
        settings: StreamSettings,
        seats: Seats,
        limits: RequestLimits,
    ) -> None:
        """Create a connection. Each message takes tokens of the client's `limits`."""
        self._socket = socket
        self._application = application
        self._clock = application.adapters.clock
        self._settings = settings
        self._seats = seats
        self._limits = limits
        self._own_seats = ExitStack()
        self._signed_in: SignedIn | None = None
        self._books: set[BookKey] = set()
        self._orders: asyncio.Task[None] | None = None
        self._heard_at = self._clock.elapsed()
        self._sending = asyncio.Lock()
        self._sending_since: float | None = None

    async def run(self) -> None:
        """Serve the client until either side ends the connection."""
        await self._socket.accept()
        code = await self._serve()
        if code is not None:
            await self._tell_why(code)

    # ---- life --------------------------------------------------------------------------------

    async def _serve(self) -> CloseCode | None:
        """Serve the client, and return the close code if the client is still connected."""
        code = None
        try:
            with self._own_seats:
                await self._admit()
                async with (
                    self._application.adapters.book_stream.open() as reader,
                    asyncio.TaskGroup() as tasks,
                ):
                    tasks.create_task(self._tell_books(reader))
                    tasks.create_task(self._watch())
                    await self._listen(reader, tasks)
        except* Closed as closed:
            code = _reason(closed)
        except* Exception as errors:  # noqa: BLE001  # whatever it is, only this connection ends
            _log.error("a connection to the stream failed", exc_info=errors)
            code = CloseCode.SERVER_ERROR
        return code

    async def _admit(self) -> None:
        """Take the connection's seats, and authenticate a client that sent a token."""
        self._take_seat("", self._settings.connections)
        address = self._limits.owner_of(self._socket.scope)
        self._take_seat(f"address:{address}", self._settings.connections_per_address)
        if "authorization" in self._socket.headers:
            try:
                await self._authenticate(bearer_token(self._socket.scope))
            except Refusal as refusal:
                await self._send(Error(problem_of(refusal)))
                raise _signed_out(refusal) from None

    def _take_seat(self, whose: str, limit: int) -> None:
        try:
            self._own_seats.enter_context(self._seats.taken(whose, limit))
        except NoSeat:
            raise Closed(CloseCode.TOO_MANY_CONNECTIONS) from None

    async def _watch(self) -> NoReturn:
        """Check timeouts and expiry periodically. Raises Closed."""
        settings = self._settings
        while True:
            await self._clock.sleep(_GLANCE)
            now, since = self._clock.elapsed(), self._sending_since
            if since is not None and now - since >= settings.patience.total_seconds():
                raise Closed(CloseCode.FELL_BEHIND)
            if self._signed_in is not None:
                expires_at = self._signed_in.expires_at
                if expires_at is not None and self._clock.now() >= expires_at:
                    raise Closed(CloseCode.SIGNED_OUT)
                if now - self._signed_in.checked_at >= _CHECKED_EVERY:
                    await self._check_token(self._signed_in, now)
            if self._books or self._orders is not None:
                self._heard_at = now
            elif now - self._heard_at >= settings.idle.total_seconds():
                raise Closed(CloseCode.IDLE)

    async def _check_token(self, signed_in: SignedIn, now: float) -> None:
        """Raise Closed if the token was revoked. Whoever cannot be checked now stays."""
        try:
            await self._application.users.authenticate_caller(signed_in.token)
        except InvalidToken as refusal:
            raise _signed_out(refusal) from None
        except Unavailable:
            pass  # what is told of orders is checked each time
        if self._signed_in is signed_in:
            self._signed_in = replace(signed_in, checked_at=now)

    async def _tell_why(self, code: CloseCode) -> None:
        reason = code.name.lower().replace("_", " ")
        telling = asyncio.create_task(self._close(code, reason))
        waiting = asyncio.create_task(self._clock.sleep(_LAST_WORD))
        try:
            await asyncio.wait({telling, waiting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            telling.cancel()
            waiting.cancel()
            await asyncio.gather(telling, waiting, return_exceptions=True)

    async def _close(self, code: CloseCode, reason: str) -> None:
        await self._socket.close(code, reason)

    # ---- listening ---------------------------------------------------------------------------

    async def _listen(self, reader: BookReader, tasks: asyncio.TaskGroup) -> NoReturn:
        """Handle the client's requests one after the other. Raises Closed."""
        errors = 0
        while True:
            text = await self._receive()
            self._heard_at = self._clock.elapsed()
            try:
                await self._take(ENTRANCE)
                request = read_request(text)
                if isinstance(request, FollowBook):
                    await self._take(SUBSCRIPTION - ENTRANCE)
                await self._do(request, reader, tasks)
            except (Refusal, HTTPException) as error:
                errors += 1
                await self._send(Error(problem_of(error)))
                if errors >= self._settings.errors:
                    raise Closed(CloseCode.TOO_MANY_ERRORS) from None
            else:
                errors = 0

    async def _take(self, cost: int) -> None:
        """Take tokens of the client's address and of its user. Raises RateLimited."""
        await self._limits.take_for_address(self._socket.scope, cost)
        if self._signed_in is not None:
            await self._limits.take_for_user(self._signed_in.actor, cost)

    async def _receive(self) -> str:
        """Return the next message, or an empty text for a binary one. Raises Closed."""
        message = await self._socket.receive()
        if message["type"] != "websocket.receive":
            raise Closed
        text = message.get("text") or ""
        size = len(text.encode(errors="surrogatepass")) or len(message.get("bytes") or b"")
        if size > self._settings.max_message:
            raise Closed(CloseCode.MESSAGE_TOO_LARGE)
        return text

    async def _do(self, request: Request, reader: BookReader, tasks: asyncio.TaskGroup) -> None:
        match request:
            case FollowBook():
                await self._follow(request, reader)
            case LeaveBook():
                reader.leave(request.book)
                self._books.discard(request.book)
                await self._send(left_message(request.book))
            case FollowOrders():
                await self._follow_orders(tasks)
            case LeaveOrders():
                await self._leave_orders()
            case Authenticate():
                await self._authenticate(request.token)
            case Ping():
                await self._send(Pong())

    async def _follow(self, request: FollowBook, reader: BookReader) -> None:
        limit = self._settings.books
        if request.book not in self._books and len(self._books) >= limit:
            raise TooManySubscriptions(limit=limit)
        book = await self._application.bidding.find_book(
            ProductId(request.product_id), request.size, request.condition
        )
        await reader.follow(book)
        self._books.add(book)

    async def _follow_orders(self, tasks: asyncio.TaskGroup) -> None:
        if self._signed_in is None:
            raise InvalidToken(problem="missing")
        if self._orders is None:
            self._orders = tasks.create_task(self._tell_orders(self._signed_in.actor))
        else:
            await self._send(Subscribed())

    async def _leave_orders(self) -> None:
        if self._orders is not None:
            self._orders.cancel()
            self._orders = None
        await self._send(Unsubscribed())

    async def _authenticate(self, token: str) -> None:
        try:
            caller = await self._application.users.authenticate_caller(token)
            actor = caller.actor
            if actor is None or caller.is_service:
                raise InvalidToken(problem="a service's")
        except InvalidToken:
            await self._limits.take_for_wrong_token(self._socket.scope, token)
            raise
        caller.check_may("the stream", KeyScope.READ)
        if self._signed_in is None:
            self._take_seat(f"user:{actor.user_id}", self._settings.connections_per_user)
        elif self._signed_in.actor.user_id != actor.user_id:
            raise InvalidToken(problem="another user's")
        if caller.token is not None:
            expires_at = caller.token.expires_at
        else:
            expires_at = self._application.adapters.access_tokens.verify(token).expires_at
        self._signed_in = SignedIn(token, actor, expires_at, self._clock.elapsed())
        self._socket.scope["user"] = actor  # for the log
        await self._send(Authenticated(actor.user_id, expires_at))

    # ---- telling -----------------------------------------------------------------------------

    async def _tell_books(self, reader: BookReader) -> NoReturn:
        while True:
            try:
                news = await reader.next()
            except FellBehind:
                raise Closed(CloseCode.FELL_BEHIND) from None
            await self._send(book_message(news, self._settings.depth))

    async def _tell_orders(self, actor: Actor) -> NoReturn:
        async with self._application.adapters.order_stream.follow(actor.user_id) as reader:
            await self._send(Subscribed())
            while True:
                try:
                    order_id = await reader.next()
                    assert self._signed_in is not None
                    # The token may be revoked before it expires, so check it each time.
                    await self._application.users.authenticate_caller(self._signed_in.token)
                    seen = await self._application.orders.view_order(actor, order_id)
                except FellBehind:
                    raise Closed(CloseCode.FELL_BEHIND) from None
                except (InvalidToken, Unavailable) as refusal:
                    raise _signed_out(refusal) from None
                await self._send(OrderChanged(order=order_view(seen.order)))

    async def _send(self, answer: Answer) -> None:
        """Send a message after those that are being sent. Raises Closed if the client is gone."""
        async with self._sending:
            self._sending_since = self._clock.elapsed()
            try:
                await self._socket.send_text(msgspec.json.encode(answer).decode())
            except (WebSocketException, OSError):
                raise Closed from None  # the error's type depends on the server
            finally:
                self._sending_since = None


def _signed_out(refusal: Refusal) -> Closed:
    unknown = isinstance(refusal, Unavailable)
    return Closed(CloseCode.TRY_AGAIN if unknown else CloseCode.SIGNED_OUT)


def _reason(closed: BaseExceptionGroup[Closed]) -> CloseCode | None:
    """Return why a connection ended, according to its first failed task."""
    first: BaseException = closed
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    assert isinstance(first, Closed)
    return first.code
