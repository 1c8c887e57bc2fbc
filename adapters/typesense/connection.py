"""Calls of Typesense, with a limit of time and a circuit breaker around every call."""

import asyncio
import logging
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import httpx
import msgspec
from typesense.async_.api_call import AsyncApiCall
from typesense.configuration import Configuration
from typesense.exceptions import ObjectAlreadyExists, ObjectNotFound, TypesenseClientError

from ...ports.language.errors import Unavailable
from ...ports.language.reminders import Reminders
from ...ports.stopwatch import Stopwatch
from ..decorators.circuit_breaker import CircuitBreaker

_log = logging.getLogger(__name__)

TYPESENSE = "Typesense"
"""Its name in errors."""

Method = Literal["get", "post", "put", "patch", "delete"]

_RETRY_AFTER = 1
"""Seconds after which a node that did not answer is asked again."""
_FAILURES = (TypesenseClientError, httpx.HTTPError, httpx.InvalidURL, OSError, ValueError)
"""What the client raises. ValueError if something else than Typesense answers."""


class NotThere(Exception):
    """There is no such collection, alias or document."""


class AlreadyThere(Exception):
    """There is such a collection or document already."""


@dataclass(frozen=True, slots=True)
class TypesenseAccess:
    """How to reach Typesense: the URLs of its nodes, and the key."""

    urls: Sequence[str]
    key: str = field(repr=False)
    timeout: float = 1.0
    """Seconds that a call may take."""
    connections: int = 50
    tls: ssl.SSLContext | None = None


class TypesenseConnection:
    """Calls Typesense, which may be away or slow at any time.

    A call that is not answered in time raises Unavailable. After some failures in a row, calls
    raise it at once, and one call now and then finds out whether Typesense is back.
    """

    def __init__(
        self,
        access: TypesenseAccess,
        stopwatch: Stopwatch,
        *,
        failures: int = 3,
        pause: float = 1.0,
    ) -> None:
        """Connect when it is used."""
        self.stopwatch = stopwatch
        self.timeout = access.timeout
        # Its calls, without the client around them, which warns of its own parts.
        self._api = AsyncApiCall(
            Configuration(
                {
                    "nodes": list(access.urls),
                    "api_key": access.key,
                    "num_retries": len(access.urls) - 1,
                    "retry_interval_seconds": 0,
                    "healthcheck_interval_seconds": _RETRY_AFTER,
                    # With several nodes, one that hangs leaves time for another.
                    "connection_timeout_seconds": access.timeout / len(access.urls),
                    "verify": True if access.tls is None else access.tls,
                    "max_connections": access.connections,
                    "max_keepalive_connections": access.connections,
                }
            )
        )
        self._turns = asyncio.Semaphore(access.connections)
        self._breaker = CircuitBreaker(stopwatch, what=TYPESENSE, failures=failures, pause=pause)
        self._reminders = Reminders()
        self._is_told = False
        """Whether the log says that Typesense does not answer."""

    async def close(self) -> None:
        """Close the connections."""
        await self._api.aclose()

    async def call(
        self,
        method: Method,
        path: str,
        body: Mapping[str, object] | str | None = None,
        *,
        as_lines: bool = False,
        **params: object,
    ) -> Any:
        """Return what Typesense answers: an object, or with `as_lines` a list of objects.

        Raises NotThere, AlreadyThere, and Unavailable, after which it may have had effect.
        """
        words: dict[str, object] = {"params": params} if params else {}
        if body is not None:
            words["body"] = body if isinstance(body, str) else msgspec.json.encode(body)
        if as_lines:
            words["as_json"] = False
        answer = await self._breaker(partial(self._limited, method, path, words))
        return [msgspec.json.decode(line) for line in answer.splitlines()] if as_lines else answer

    async def search(self, searches: Sequence[Mapping[str, object]]) -> list[dict[str, Any]]:
        """Return the results of searches. Raises NotThere and Unavailable."""
        answer = await self.call("post", "/multi_search", {"searches": list(searches)})
        results: list[dict[str, Any]] = answer["results"]
        for result in results:
            if "error" in result:
                if result.get("code") == 404:
                    raise NotThere(result["error"])
                self.failed(f"a search: {result['error']}")
                raise Unavailable(what=TYPESENSE)
        return results

    async def _limited(self, method: Method, path: str, words: Mapping[str, object]) -> Any:
        ask: Any = getattr(self._api, method)  # its types are of each answer
        try:
            async with asyncio.timeout(self.timeout), self._turns:
                answer = await ask(path, entity_type=dict, **words)
        except ObjectNotFound as error:
            raise NotThere(path) from error
        except ObjectAlreadyExists as error:
            raise AlreadyThere(path) from error
        except TimeoutError as error:
            self.failed("it did not answer in time")
            raise Unavailable(what=TYPESENSE) from error
        except _FAILURES as error:
            self.failed(f"{type(error).__name__} {error}".strip())
            raise Unavailable(what=TYPESENSE) from error
        if self._is_told:
            self._is_told = False
            _log.warning("Typesense answers again")
        return answer

    def failed(self, why: str) -> None:
        """Let the log say why a call failed, if that is new or was not said for a while."""
        if self._reminders.is_due(TYPESENSE, why, self.stopwatch.elapsed()):
            self._is_told = True
            _log.warning("Typesense gave no answer: %s", why)
