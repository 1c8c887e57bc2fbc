"""The body of a request, decoded strictly and in one pass.

The framework would decode to plain values first and then convert them leniently, so that "20000"
passed as the number 20000.
"""

import re
from functools import cache
from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import State
from litestar.exceptions import ClientException, ValidationException

from ....ports.language.ids import SessionId
from ....ports.language.users import Actor

_AT = re.compile(r" - at `\$\.?(?P<field>[^`]*)`$")
_NAMED = re.compile(r"^Object .* field `(?P<field>[^`]*)`$")


class JsonRequest(Request[Actor, SessionId, State]):
    """A request whose body, if its handler takes one, is decoded straight to the handler's type.

    After authentication `user` is who asks and `auth` the session.
    """

    async def json(self) -> Any:
        """Return the body as the handler's type. Raises ValidationException, ClientException."""
        field = self.route_handler.parsed_fn_signature.parameters["data"]
        try:
            return _decoder(field.annotation).decode(await self.body())
        except msgspec.ValidationError as error:
            raise ValidationException(
                detail="the body is wrong", extra=[wrong_field(error)]
            ) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ClientException("the body is not JSON in UTF-8") from error


@cache
def _decoder(annotation: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(annotation)


def wrong_field(error: msgspec.ValidationError) -> dict[str, str]:
    """Return which field the decoder stumbled over, and why."""
    message = str(error)
    path = at["field"] if (at := _AT.search(message)) else ""
    message = _AT.sub("", message)
    if named := _NAMED.search(message):
        path = f"{path}.{named['field']}".lstrip(".")
        message = "is missing" if "missing" in message else "is unknown here"
    return {"key": path, "message": message, "source": "body"}
