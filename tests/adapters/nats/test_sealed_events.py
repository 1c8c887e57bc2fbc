"""What events say is sealed before the broker stores it."""

import asyncio

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.nats.event_messages import EventMessages
from solebook.adapters.security.aes_cipher import NO_CIPHER, AesCipher
from solebook.composition.adapters import Store
from solebook.ports.language.events import PayoutAccountChanged
from solebook.ports.language.ids import MessageId, UserId
from solebook.ports.language.messages import Message
from solebook.ports.language.process_roles import ProcessRole
from solebook.ports.language.sealing import KeyMissing, SealBroken

from ...nats_server import NatsServer
from .processes import opened_exchange

ACCOUNT = "acct_quetzal"
OLD = AesCipher({"2026": b"k" * 32}, "2026")
NEW = AesCipher({"2026": b"k" * 32, "2027": b"n" * 32}, "2027")


@pytest.fixture
def message(clock: VirtualClock, ids: SeededIds) -> Message:
    event = PayoutAccountChanged(UserId(ids.new()), ACCOUNT)
    return Message(MessageId(ids.new()), event.key, event, clock.now())


def test_an_event_is_sealed_and_read_under_any_key_that_is_given(message: Message) -> None:
    sent = EventMessages(OLD).encode(message)
    assert ACCOUNT.encode() not in sent
    assert EventMessages(NEW).decode(sent) == message


def test_without_a_key_an_event_is_as_it_is_and_goes_on_to_be_read(message: Message) -> None:
    sent = EventMessages(NO_CIPHER).encode(message)
    assert ACCOUNT.encode() in sent
    assert EventMessages(NEW).decode(sent) == message


def test_a_sealed_event_is_of_its_message_alone(message: Message, ids: SeededIds) -> None:
    sent = EventMessages(OLD).encode(message)
    other = sent.replace(str(message.id).encode(), str(ids.new()).encode())
    with pytest.raises(SealBroken):
        EventMessages(OLD).decode(other)


@pytest.mark.integration
@pytest.mark.real
async def test_the_brokers_files_have_no_event_in_plain_and_it_waits_for_its_key(
    own_nats_server: NatsServer,
    store: Store,
    clock: VirtualClock,
    ids: SeededIds,
    message: Message,
) -> None:
    async with opened_exchange(own_nats_server.url, store, clock, ids) as exchange:
        exchange.cipher = OLD
        relay = await exchange.process()
        exchange.cipher = AesCipher({"2027": b"n" * 32}, "2027")
        lacking = await exchange.process(ProcessRole.TRADE)
        product = exchange.message()
        await relay.bus.publish(message, product)

        for partition in range(lacking.bus.partitions):
            lacking.receive(ProcessRole.TRADE, partition)
        done, _ = await asyncio.wait(lacking.begun, return_when=asyncio.FIRST_COMPLETED)
        assert isinstance(done.pop().exception(), KeyMissing)
        stored = [file for file in own_nats_server.folder.rglob("*") if file.is_file()]
        files = [file.read_bytes() for file in stored]
        assert any(str(message.id).encode() in file for file in files)
        assert not [file for file in files if ACCOUNT.encode() in file]

        exchange.cipher = NEW
        having = await exchange.process(ProcessRole.TRADE)
        having.receive_all(ProcessRole.TRADE, epoch=2)
        await exchange.until(lambda: exchange.handled == [product])
