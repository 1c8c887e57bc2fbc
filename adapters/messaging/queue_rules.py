"""How queues handle the messages of a consumer."""

from ...ports.language.consumers import Consumer, Effect
from ...ports.language.messages import Message, Queue

_WORKERS = 4
"""The default number of concurrent deliveries in a queue of slow consumers."""
_RETRIED_AT_ONCE = 16
"""The default number of concurrent deliveries in the other queues."""


def default_workers(queue: Queue) -> int:
    """Return how many deliveries of a queue are tried at once."""
    return _WORKERS if queue.is_for_slow_consumers else _RETRIED_AT_ONCE


def queue_of(consumer: Consumer, message: Message) -> Queue:
    """Return the queue in which a message to a consumer waits."""
    return consumer.queue if consumer.queue_of is None else consumer.queue_of(message.event)


def turn_of(consumer: Consumer, message: Message) -> str:
    """Return the turn of a delivery. In other queues, messages of one key keep their sequence."""
    if consumer.queue.is_for_slow_consumers:
        return consumer.turn(message.event)
    return message.key


def is_noted_when_done(consumer: Consumer) -> bool:
    """Whether the inbox note is written after handling, and not when joining the queue."""
    return not consumer.queue.is_for_slow_consumers and consumer.effect is not Effect.REPEATABLE
