"""Strict decoding of request bodies.

The framework would convert bodies leniently, so that "20000" would be accepted as a number.
"""

import math
import re
from functools import cache
from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.datastructures import State
from litestar.exceptions import ClientException, ValidationException

from ....ports.language.ids import SessionId
from ....ports.language.users import Actor
from .json_text import RepeatedKey, refuse_repeated_keys
from .known_words import shortened, with_known_words

T = TypeVar("T")

_AT = re.compile(r" - at (?P<key>`key` in )?`\$\.?(?P<field>[^`]*)`$")
_NAMED = re.compile(r"^Object .* field `(?P<field>[^`]*)`$")


class JsonRequest(Request[Actor, SessionId, State]):
    """A request whose body is decoded directly into the handler's type.

    After authentication `user` is the actor and `auth` the session.
    """

    _read: bytes | None = None

    async def body(self) -> bytes:
        """Return the body.

        Most bodies arrive in one message, while the framework always reads them as a stream. Raises
        ClientException for a body that is too large (413), and for a client that disconnects before
        its end (400).
        """
        if self._read is None:
            most = self.route_handler.resolve_request_max_body_size() or math.inf
            read = await self.body_within(most)
            if read is None:
                raise ClientException(status_code=413)
            self._read = read
        return self._read

    async def body_within(self, most: float) -> bytes | None:
        """Return the body, or None if it is larger than `most` bytes: then no more of it is read.

        Raises ClientException for a client that disconnects.
        """
        parts, length, is_whole = [], 0, False
        while not is_whole:
            message = await self.receive()
            if message["type"] != "http.request":
                raise ClientException("the client disconnected before the end of the body")
            parts.append(message["body"])
            length += len(message["body"])
            if length > most:
                return None
            is_whole = not message["more_body"]
        return b"".join(parts)

    async def json(self) -> Any:
        """Return the body as the handler's type. Raises ValidationException, ClientException."""
        field = self.route_handler.parsed_fn_signature.parameters["data"]
        try:
            return decode_strictly(_decoder(field.annotation), await self.body())
        except msgspec.ValidationError as error:
            raise ValidationException(
                detail="the body is wrong", extra=[wrong_field(error, field.annotation)]
            ) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ClientException("the body is not JSON in UTF-8") from error

    async def signed_body(self) -> bytes:
        """Return the body as its sender signed it. Raises ValidationException, ClientException."""
        body = await self.body()
        try:
            refuse_repeated_keys(body)
        except RepeatedKey as error:
            raise ValidationException(
                detail="the body is wrong", extra=[wrong_field(error, None)]
            ) from error
        return body


@cache
def _decoder(annotation: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(annotation)


def decode_strictly(decoder: msgspec.json.Decoder[T], text: bytes | str) -> T:
    """Return what a JSON text says. Raises RepeatedKey and what the decoder raises."""
    value = decoder.decode(text)
    refuse_repeated_keys(text)
    return value


def wrong_field(error: msgspec.ValidationError, annotation: Any) -> dict[str, str]:
    """Return the field of a type that failed to decode, and why."""
    if isinstance(error, RepeatedKey):
        return {"key": shortened(error.key), "message": "is given twice", "source": "body"}
    message = str(error)
    at = _AT.search(message)
    path = at["field"] if at else ""
    is_key = at is not None and at["key"] is not None
    message = with_known_words(_AT.sub("", message), annotation, path, is_key=is_key)
    if named := _NAMED.search(message):
        path = f"{path}.{named['field']}".lstrip(".")
        message = "is missing" if "missing" in message else "is unknown here"
    return {"key": shortened(path), "message": message, "source": "body"}
