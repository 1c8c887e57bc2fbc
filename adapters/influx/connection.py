"""The connection to InfluxDB, with limits of time and circuit breakers around every call."""

import asyncio
import logging
import ssl
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Self

import httpx
from influxdb_client import InfluxDBClient
from influxdb_client.client.exceptions import InfluxDBError
from influxdb_client.client.write.retry import WritesRetry
from influxdb_client.rest import ApiException
from influxdb_client.service.write_service import WriteService
from urllib3.exceptions import HTTPError

from ...ports.language.errors import Unavailable
from ...ports.stopwatch import Stopwatch
from ..decorators.circuit_breaker import CircuitBreaker

INFLUX = "InfluxDB"
"""Its name in errors."""
_FAILURES = 3
"""How many calls in a row may fail before most are refused."""
_RETRIES = 2
"""How often influxdb-client repeats a write that failed."""


@dataclass(frozen=True, slots=True)
class InfluxAccess:
    """How to reach InfluxDB, and how long to wait for it in seconds."""

    url: str
    database: str
    retention_policy: str
    organization: str = ""
    token: str | None = field(default=None, repr=False)
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None
    timeout: float = 1.0
    """For an answer to a query."""
    write_timeout: float = 5.0
    """For one attempt to write."""

    @property
    def secret(self) -> str:
        """What identifies this client when it writes: the token, or user and password."""
        return self.token or (f"{self.user}:{self.password}" if self.user else "")


class InfluxConnection:
    """Writes and queries, which raise Unavailable if they fail or take too long.

    A write that failed may have had effect. Writes take place one after the other, also those that
    nobody waits for any more, so an old one never overtakes a newer one of this process.
    """

    def __init__(self, access: InfluxAccess, stopwatch: Stopwatch, *, pause: float = 1.0) -> None:
        """Connect when it is used.

        After three failures in a row there is one call in each `pause` of seconds.
        """
        self._access = access
        self._client = InfluxDBClient(
            access.url,
            token=access.secret,
            timeout=round(access.write_timeout * 1_000),
            **({} if access.tls is None else {"ssl_context": access.tls}),
        )
        # They log each retry. Whoever writes logs once that InfluxDB is away. A new client sets the
        # levels of its own.
        for name in ("influxdb_client.client.write.retry", "urllib3.connectionpool"):
            logging.getLogger(name).setLevel(logging.ERROR)
        self._writes = WriteService(self._client.api_client)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="influx")
        user = None if access.user is None else (access.user, access.password or "")
        self._http = httpx.AsyncClient(
            base_url=access.url,
            auth=user,
            headers={"Authorization": f"Token {access.token}"} if access.token else None,
            timeout=access.timeout,
            verify=access.tls or True,
            trust_env=False,
        )
        self._reading = CircuitBreaker(stopwatch, what=INFLUX, failures=_FAILURES, pause=pause)
        self._writing = CircuitBreaker(stopwatch, what=INFLUX, failures=_FAILURES, pause=pause)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()
        self._writer.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    async def write(self, lines: Sequence[str]) -> None:
        """Write points in line protocol, with nanoseconds. Raises Unavailable."""
        body = "\n".join(lines).encode()
        loop = asyncio.get_running_loop()

        async def write() -> None:
            try:
                await loop.run_in_executor(self._writer, self._write, body)
            except (ApiException, InfluxDBError, HTTPError, OSError) as error:
                raise Unavailable(what=INFLUX) from error

        await self._writing(write)

    def _write(self, body: bytes) -> None:
        # A new one for each write, because it counts its time from the moment it is made.
        retry = WritesRetry(
            total=_RETRIES,
            retry_interval=0.1,
            max_retry_delay=1,
            max_retry_time=self._access.write_timeout,
            respect_retry_after_header=False,  # the thread would sleep as long as the server says
            allowed_methods=["POST"],
        )
        self._writes.post_write(
            org=self._access.organization,
            bucket=f"{self._access.database}/{self._access.retention_policy}",
            body=body,
            precision="ns",
            content_type="text/plain; charset=utf-8",
            urlopen_kw={"retries": retry},
        )

    async def query(self, text: str, values: Mapping[str, str | int]) -> list[dict[str, Any]]:
        """Return the rows of an InfluxQL query with bound `values`. Raises Unavailable.

        Times are nanoseconds since 1970.
        """
        return await self._reading(lambda: self._query(text, values))

    async def check(self) -> None:
        """Raise Unavailable unless the server answers."""
        await self._reading(lambda: self._get("/ping", {}))

    async def _query(self, text: str, values: Mapping[str, str | int]) -> list[dict[str, Any]]:
        answer = await self._get(
            "/query",
            {
                "db": self._access.database,
                "rp": self._access.retention_policy,
                "epoch": "ns",
                "q": text,
                "params": httpx.Response(200, json=dict(values)).text,
            },
        )
        try:
            [result] = answer.json()["results"]
            if "error" in result:
                raise Unavailable(what=INFLUX) from OSError(result["error"])
            return [
                dict(zip(series["columns"], row, strict=True))
                for series in result.get("series", ())
                for row in series["values"]
            ]
        except (ValueError, LookupError, TypeError) as error:
            raise Unavailable(what=INFLUX) from error

    async def _get(self, path: str, parameters: Mapping[str, str]) -> httpx.Response:
        try:
            async with asyncio.timeout(self._access.timeout):
                answer = await self._http.get(path, params=dict(parameters))
        except (httpx.HTTPError, TimeoutError) as error:
            raise Unavailable(what=INFLUX) from error
        if not answer.is_success:
            raise Unavailable(what=INFLUX) from OSError(
                f"{answer.status_code}: {answer.text[:200]}"
            )
        return answer
