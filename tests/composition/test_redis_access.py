"""Redis is reached as the settings say."""

import re

import certifi
import pytest
from redis.asyncio import Redis, RedisCluster, SSLConnection
from redis.asyncio.sentinel import SentinelConnectionPool

from solebook.adapters.redis.access import Client
from solebook.composition.redis_adapters import redis_access_of
from solebook.config.redis import RedisSettings


def client_of(settings: RedisSettings) -> Client:
    return redis_access_of(settings, "a test").client()


def test_a_server_is_reached_with_its_database_and_its_user() -> None:
    client = client_of(RedisSettings(url="redis://me:secret@cache:7000/3", connections=7))
    assert isinstance(client, Redis)
    pool = client.connection_pool
    assert pool.max_connections == 7
    assert {"host": "cache", "port": 7000, "db": 3, "username": "me"}.items() <= (
        pool.connection_kwargs.items()
    )
    assert pool.connection_kwargs["password"] == "secret"


def test_user_and_password_may_be_settings_of_their_own() -> None:
    access = redis_access_of(
        RedisSettings(url="redis://cache", user="me", password="secret"), "a test"
    )
    assert (access.user, access.password) == ("me", "secret")


@pytest.mark.parametrize(
    "settings",
    [RedisSettings(url="rediss://cache"), RedisSettings(url="redis://cache", ca=certifi.where())],
    ids=["by its URL", "by its CA"],
)
def test_a_server_is_reached_with_tls(settings: RedisSettings) -> None:
    client = client_of(settings)
    assert isinstance(client, Redis)
    assert client.connection_pool.connection_class is SSLConnection
    assert client.connection_pool.connection_kwargs["ssl_ca_certs"] == settings.ca


def test_sentinels_are_asked_for_the_service() -> None:
    client = client_of(RedisSettings(url="redis+sentinel://a,b:7000/main/2"))
    assert isinstance(client, Redis)
    pool = client.connection_pool
    assert isinstance(pool, SentinelConnectionPool)
    assert (pool.service_name, pool.connection_kwargs["db"]) == ("main", 2)
    asked = [
        tuple(sentinel.get_connection_kwargs()[name] for name in ("host", "port"))
        for sentinel in pool.sentinel_manager.sentinels
    ]
    assert asked == [("a", 26379), ("b", 7000)]
    for sentinel in pool.sentinel_manager.sentinels:
        options = sentinel.get_connection_kwargs()
        assert options["retry"] is None  # each is asked once
        assert "password" not in options or options["password"] is None


def test_a_cluster_is_reached_by_any_of_its_nodes() -> None:
    client = client_of(RedisSettings(url="rediss+cluster://a:1,b", connections=7))
    assert isinstance(client, RedisCluster)
    nodes = client.nodes_manager.startup_nodes.values()
    assert {(node.host, node.port) for node in nodes} == {("a", 1), ("b", 6379)}


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (RedisSettings(url="redis://cache", ca="none.pem"), "redis.ca (none.pem) cannot be used"),
        (
            RedisSettings(url="rediss://cache", cert="none.pem", key="none.key"),
            "redis.cert (none.pem) or redis.key (none.key) cannot be used: No such file",
        ),
    ],
    ids=["ca", "cert and key"],
)
def test_a_file_of_tls_that_is_not_there_is_named(settings: RedisSettings, named: str) -> None:
    with pytest.raises(OSError, match=re.escape(named)):
        client_of(settings)
