"""The way to other processes: who needs it, and files of TLS that cannot be used."""

import re

import pytest

from solebook.composition.network import access_of, require_network
from solebook.config.nats import NatsSettings
from solebook.config.settings import Settings, StoreSettings

POSTGRES = StoreSettings(url="postgresql://solebook@db/solebook")
NATS = NatsSettings(url="nats://nats:4222")


def test_processes_that_reach_each_other_may_have_several_shards() -> None:
    require_network(Settings(store=POSTGRES, nats=NATS), 4)


@pytest.mark.parametrize(
    "settings",
    [Settings(), Settings(store=POSTGRES)],
    ids=["neither", "PostgreSQL alone"],
)
def test_others_have_one(settings: Settings) -> None:
    require_network(settings, 1)
    with pytest.raises(ValueError, match="4 shards need NATS"):
        require_network(settings, 4)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (NatsSettings(url="tls://nats", ca="none.pem"), "nats.ca (none.pem) cannot be used: No su"),
        (
            NatsSettings(url="tls://nats", cert="none.pem", key="none.key"),
            "nats.cert (none.pem) or nats.key (none.key) cannot be used: No such file",
        ),
    ],
    ids=["ca", "cert and key"],
)
def test_a_file_of_tls_that_is_not_there_is_named(settings: NatsSettings, named: str) -> None:
    with pytest.raises(OSError, match=re.escape(named)):
        access_of(settings, "a process")
