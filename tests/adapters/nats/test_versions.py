"""What the version before sent, and what it can read."""

import json

import msgspec

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.nats.event_messages import EventMessages
from solebook.adapters.nats.matching_messages import CheckReady, Command
from solebook.adapters.security.aes_cipher import NO_CIPHER
from solebook.ports.language.deadlines import DeadlineKind
from solebook.ports.language.events import DeadlineReached
from solebook.ports.language.ids import MessageId, OrderId
from solebook.ports.language.messages import Message


def test_a_message_without_a_trace_is_read(clock: VirtualClock, ids: SeededIds) -> None:
    event = DeadlineReached(OrderId(ids.new()), DeadlineKind.PAYOUT)
    message = Message(MessageId(ids.new()), event.key, event, clock.now(), "00-a")
    messages = EventMessages(NO_CIPHER)
    sent = json.loads(messages.encode(message))
    assert messages.decode(messages.encode(message)) == message
    assert sent.pop("trace") == "00-a"
    before = messages.decode(json.dumps(sent).encode())
    assert (before.id, before.event, before.trace) == (message.id, event, None)


def test_a_command_without_a_trace_is_read() -> None:
    decoder = msgspec.json.Decoder(Command)
    assert decoder.decode(b'{"type": "check_ready"}') == CheckReady()
    sent = msgspec.json.encode(CheckReady().in_trace("00-a"))
    assert decoder.decode(sent) == CheckReady(trace="00-a")
