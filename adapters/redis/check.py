"""What a diagnosis tries of Redis or Valkey."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from redis.exceptions import AuthenticationError, NoPermissionError, RedisError, ResponseError

from ...ports.language.trials import Failed, Trials
from ...ports.service_check import ServiceCheck
from ..system.network_errors import causes, look_at_encryption, why_unreached
from .access import Client, RedisAccess
from .cluster import Cluster
from .connection import close_client

_PATIENCE = 3.0
"""Seconds for each answer. What an exchange waits is far less, and no diagnosis."""
_LIFE = 10_000
"""Milliseconds after which a key that was left is gone."""
_NEARLY_FULL = 0.9
_OF_LOGIN = ("NOAUTH", "WRONGPASS", "invalid username-password")


class RedisCheck(ServiceCheck):
    """Tries a server, the servers of Sentinels or a cluster, with keys that are gone at once."""

    service = "redis"

    def __init__(self, access: RedisAccess, *, prefix: str) -> None:
        self._access = replace(access, timeout=_PATIENCE, connections=4)
        self._prefix = f"{prefix}:" if prefix else ""
        self._where = ", ".join(f"{host}:{port}" for host, port in access.hosts)

    def explain(self, error: Exception) -> Failed:
        for cause in causes(error):
            is_login = any(word in str(cause) for word in _OF_LOGIN)
            if isinstance(cause, AuthenticationError) or is_login:
                return Failed(
                    "the server does not let this user in",
                    "correct redis.user and redis.password, or those in redis.url",
                )
            if isinstance(cause, NoPermissionError):
                return Failed(_refused(cause), "allow it: docs/how-to/share-redis.md")
        unreached = why_unreached(error, self._where)
        if "Timeout" in type(error).__name__ or isinstance(error, TimeoutError):
            unreached = why_unreached(TimeoutError(), self._where)
            if self._access.is_encrypted:
                unreached = Failed(
                    f"{self._where} does not answer with TLS in time",
                    "look whether the server hangs, or has another port for TLS",
                )
        # What a server says of a command has no more of it than its name.
        return unreached or Failed(str(error).splitlines()[0] if str(error) else "no answer")

    async def __call__(self, trials: Trials) -> None:
        client = self._access.client()
        try:
            await self._try(client, trials)
        finally:
            await close_client(client)

    async def _try(self, client: Client, trials: Trials) -> None:
        with trials.trying("reach", "start Redis, or correct redis.url") as trial:
            if isinstance(client, Cluster):
                await client.initialize()
            about = _of_one(await client.execute_command("INFO", "server"))
            has_name = about.get("valkey_version")
            trial.found = f"Valkey {has_name}" if has_name else f"Redis {about['redis_version']}"
        encrypted = "the server is verified" if self._access.is_encrypted else ""
        hosts = [host for host, _ in self._access.hosts]
        look_at_encryption(trials, hosts, encrypted, "use rediss:// in redis.url")
        advice = "allow what docs/how-to/share-redis.md names"
        with trials.trying("rights", advice, is_needed=False) as trial:
            refused = [each for each in await self._refused_commands(client) if each]
            trial.found = f"may read, write and publish {self._prefix}*"
            if refused:
                trial.fail(f"the user may not {', '.join(refused)} {self._prefix}*")
        advice = "set maxmemory-policy to noeviction or volatile-lru"
        with trials.trying("memory", advice, is_needed=False) as trial:
            about = _of_one(await client.execute_command("INFO", "memory"))
            policy, most = str(about.get("maxmemory_policy")), int(about.get("maxmemory", 0))
            trial.found = f"{policy}, without a limit" if not most else policy
            if most and policy.startswith("allkeys"):
                trial.warn(f"{policy} drops published books, which never expire")
            elif int(about.get("used_memory", 0)) > _NEARLY_FULL * (most or float("inf")):
                trial.warn(f"{policy}, and nearly full", "give Redis more memory (maxmemory)")

    async def _refused_commands(self, client: Client) -> list[str]:
        """Try commands on a key of its own, which is gone at the end. Return what is refused."""
        key = f"{self._prefix}check:{secrets.token_hex(8)}"
        tries = (
            ("SET", key, "1", "PX", _LIFE),
            ("GET", key),
            ("PTTL", key),
            ("DEL", key),
            ("HSET", key, "a", "1"),
            ("HDEL", key, "a"),
            ("SADD", key, "a"),
            ("SPOP", key),
            ("ZADD", key, 1, "a"),
            ("ZREM", key, "a"),
            ("EVAL", "return 1", 1, key),
            ("PUBLISH", f"{self._prefix}check", ""),
        )
        return [await _refusal(client, words) for words in tries]


async def _refusal(client: Client, words: tuple[str | int, ...]) -> str:
    try:
        await client.execute_command(*words)
    except NoPermissionError:
        return str(words[0])
    except ResponseError as error:
        if "MOVED" in str(error) or "CROSSSLOT" in str(error):
            return ""
        raise
    return ""


def _refused(error: RedisError) -> str:
    return "the user lacks a right: " + str(error).partition(" has no permissions")[2].strip(" .")


def _of_one(about: Any) -> Mapping[str, Any]:
    """Return what one server says of itself. A cluster answers for several."""
    one: Mapping[str, Any] = about
    values = list(one.values())
    return values[0] if values and all(isinstance(value, Mapping) for value in values) else one
