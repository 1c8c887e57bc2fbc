"""Several shards need a way to their engines."""

import pytest

from solebook.composition.network import require_network
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
