"""The stream of events is created, changed and checked."""

import secrets
from collections.abc import AsyncIterator

import pytest

from solebook.adapters.nats.event_stream import EventStream, OtherStream
from solebook.adapters.nats.jetstream import JetStream, StreamError
from solebook.adapters.nats.network import NatsAccess, Network
from solebook.adapters.nats.subjects import ConsumerName, EventNames
from solebook.ports.language.process_roles import ProcessRole

from ...nats_server import NatsServer


@pytest.fixture
async def jetstream(nats_server: NatsServer) -> AsyncIterator[JetStream]:
    async with Network(NatsAccess(servers=(nats_server.url,))) as network:
        yield JetStream(network, timeout=30.0)


@pytest.fixture
def names() -> EventNames:
    return EventNames(f"test-{secrets.token_hex(4)}", partitions=2)


async def test_without_a_stream_the_check_says_what_to_do(
    jetstream: JetStream, names: EventNames
) -> None:
    with pytest.raises(OtherStream, match="run solebook migrate"):
        await EventStream(jetstream, names).check()


async def test_preparing_again_changes_nothing(jetstream: JetStream, names: EventNames) -> None:
    stream = EventStream(jetstream, names)
    for _ in range(2):
        await stream.prepare()
        await stream.check()
    assert len(await stream._consumers()) == 10


async def test_a_stream_that_somebody_changed_is_changed_back(
    jetstream: JetStream, names: EventNames
) -> None:
    stream = EventStream(jetstream, names)
    await stream.prepare()
    other = stream._configuration | {"duplicate_window": 1_000_000_000}
    await jetstream.ask(f"STREAM.UPDATE.{names.stream}", **other)
    with pytest.raises(OtherStream, match="duplicate_window"):
        await stream.check()

    await stream.prepare()

    await stream.check()


@pytest.mark.parametrize(
    ("change", "differs"),
    [({"max_age": 3_600_000_000_000}, "max_age"), ({"max_msgs_per_subject": 1}, "per_subject")],
)
async def test_a_stream_that_was_told_to_drop_messages_is_noticed_and_changed_back(
    jetstream: JetStream, names: EventNames, change: dict[str, int], differs: str
) -> None:
    stream = EventStream(jetstream, names)
    await stream.prepare()
    await jetstream.ask(f"STREAM.UPDATE.{names.stream}", **stream._configuration | change)
    with pytest.raises(OtherStream, match=differs):
        await stream.check()

    await stream.prepare()

    await stream.check()


async def test_a_stream_of_an_earlier_version_is_changed(
    jetstream: JetStream, names: EventNames
) -> None:
    stream = EventStream(jetstream, names)
    new = {"max_age", "max_msgs_per_subject", "deny_purge", "deny_delete"}
    earlier = {name: value for name, value in stream._configuration.items() if name not in new}
    await jetstream.ask(f"STREAM.CREATE.{names.stream}", **earlier)

    await stream.prepare()

    await stream.check()


async def test_nobody_can_delete_messages_that_were_not_received(
    jetstream: JetStream, names: EventNames
) -> None:
    await EventStream(jetstream, names).prepare()
    await jetstream.send(names.subject("key", "event"), b"{}")
    for subject, fields in (
        (f"STREAM.PURGE.{names.stream}", {}),
        (f"STREAM.MSG.DELETE.{names.stream}", {"seq": 1}),
    ):
        with pytest.raises(StreamError):
            await jetstream.ask(subject, **fields)


async def test_a_consumer_that_is_missing_is_created(
    jetstream: JetStream, names: EventNames
) -> None:
    stream = EventStream(jetstream, names)
    await stream.prepare()
    lost = ConsumerName(ProcessRole.TRADE, 1)
    await jetstream.ask(f"CONSUMER.DELETE.{names.stream}.{lost}")
    with pytest.raises(OtherStream, match="misses consumers"):
        await stream.check()

    await stream.prepare()

    await stream.check()


async def test_another_number_of_partitions_is_refused(
    jetstream: JetStream, names: EventNames
) -> None:
    await EventStream(jetstream, names).prepare()
    other = EventStream(jetstream, EventNames(names.prefix, partitions=3))
    with pytest.raises(OtherStream, match="has 2 partitions, and this version has 3"):
        await other.prepare()
    with pytest.raises(OtherStream, match="has 2 partitions"):
        await other.check()


async def test_another_exchange_is_kept_off_the_stream(
    jetstream: JetStream, names: EventNames
) -> None:
    await EventStream(jetstream, names).prepare()  # by an earlier version, which named none
    one, other = (EventStream(jetstream, names, exchange=name) for name in ("one", "other"))
    with pytest.raises(OtherStream, match="differs in metadata"):
        await one.check()
    await one.prepare()
    await one.check()

    for call in (other.prepare, other.check):
        with pytest.raises(OtherStream, match="belongs to another exchange"):
            await call()
    await one.check()


async def test_a_new_owner_leaves_no_consumer_of_an_earlier_one(
    jetstream: JetStream, names: EventNames
) -> None:
    stream = EventStream(jetstream, names)
    await stream.prepare()
    for epoch in (1, 2, 5):
        await stream.take_over(ConsumerName(ProcessRole.TRADE, 0, epoch, 1))
    await stream.check()
    found = [name for name in await stream._consumers() if name.role is ProcessRole.TRADE]
    assert sorted((name.partition, name.epoch) for name in found) == [(0, 5), (1, 0)]


@pytest.mark.parametrize("name", ["", "trade", "trade-1-2", "trade-1-2-x", "other-1-2-3", "$x"])
def test_names_of_others_are_none_of_ours(name: str) -> None:
    assert ConsumerName.read(name) is None


def test_a_name_can_be_read() -> None:
    name = ConsumerName(ProcessRole.LETTERS, 3, 17, 2)
    assert ConsumerName.read(str(name)) == name
    assert name.replaces(ConsumerName(ProcessRole.LETTERS, 3, 16, 9))
    assert not name.replaces(name)
    assert not name.replaces(ConsumerName(ProcessRole.LETTERS, 2, 1, 1))
