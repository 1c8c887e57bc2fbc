"""The stream of events: it is created, changed and checked, and its partitions change owners."""

import secrets
from hashlib import blake2b
from typing import Any, Final

from ...ports.language.errors import Unavailable
from ...ports.language.messages import BrokerBacklog, Position
from ...ports.message_broker import WatchedBroker
from .jetstream import JetStream, StreamError
from .network import NETWORK
from .subjects import RECEIVING_ROLES, ConsumerName, EventNames

KEPT_IN_STORE: Final = 300.0
"""Seconds for which the store keeps sent messages, to send them again if the broker loses them."""
_NANOSECONDS = 1_000_000_000
_DUPLICATES = int(2 * KEPT_IN_STORE) * _NANOSECONDS
"""For how long a message that is sent again is dropped."""
_NEVER = 3_600 * _NANOSECONDS
"""When a message is delivered again to the same consumer. Owners begin anew before that."""
_EXCHANGE = "solebook-exchange"
_ORIGIN = "solebook-origin"
"""What the consumers of a partition have in common, as long as there was always one."""


class OtherStream(ValueError):
    """The broker has no stream of this exchange, or another one than this version needs."""


class EventStream(WatchedBroker):
    """One stream has all events, so that the messages of a key stay in order.

    A message is deleted once every role has acknowledged it.
    """

    def __init__(
        self,
        jetstream: JetStream,
        names: EventNames,
        *,
        exchange: str | None = "",
        replicas: int = 1,
    ) -> None:
        """Create the stream of an `exchange`. In a cluster, `replicas` servers keep messages.

        If the exchange is None, nobody asks whose the stream is that is checked.
        """
        self._jetstream = jetstream
        self.names = names
        self._exchange = exchange
        self._replicas = replicas

    @property
    def _configuration(self) -> dict[str, Any]:
        return {
            "name": self.names.stream,
            "description": "events of solebook, on their way from the store to their consumers",
            "subjects": [self.names.every_subject],
            "retention": "interest",
            "storage": "file",
            "discard": "new",
            "max_age": 0,
            "max_msgs_per_subject": -1,
            "deny_delete": True,
            "deny_purge": True,
            "allow_atomic": True,
            "duplicate_window": _DUPLICATES,
            "num_replicas": self._replicas,
            "metadata": {
                "solebook-partitions": str(self.names.partitions),
                **({} if self._exchange is None else {_EXCHANGE: self._exchange}),
            },
        }

    # ---- creating, changing and checking -------------------------------------------------

    async def prepare(self) -> None:
        """Create the stream and its consumers, or change them to what this version needs.

        Raises OtherStream if the stream has another number of partitions or belongs to another
        exchange, and Unavailable.
        """
        there = await self._find()
        if there is None:
            await self._jetstream.ask(f"STREAM.CREATE.{self.names.stream}", **self._configuration)
        else:
            self._check_kind(there)
            await self._jetstream.ask(f"STREAM.UPDATE.{self.names.stream}", **self._configuration)
        has = {(name.role, name.partition) for name in await self._consumers()}
        for role in RECEIVING_ROLES:
            for partition in range(self.names.partitions):
                if (role, partition) not in has:
                    await self._create(ConsumerName(role, partition), None, None)

    async def check_owner(self) -> None:
        """Raise OtherStream if the stream is there and belongs to another exchange."""
        if (there := await self._find()) is not None:
            self._check_kind(there)

    async def check(self) -> None:
        """Raise OtherStream unless the stream and its consumers are as this version needs them."""
        there = await self._find()
        if there is None:
            raise OtherStream(f"the broker has no stream {self.names.stream}: run solebook migrate")
        self._check_kind(there)
        has = there["config"]
        differs = [name for name, value in self._configuration.items() if not _is(value, has, name)]
        if differs:
            raise OtherStream(
                f"the broker's stream {self.names.stream} differs in {', '.join(differs)}: "
                "run solebook migrate"
            )
        consumers = {(name.role, name.partition) for name in await self._consumers()}
        if len(consumers) != len(RECEIVING_ROLES) * self.names.partitions:
            raise OtherStream(
                f"the broker's stream {self.names.stream} misses consumers: run solebook migrate"
            )

    async def odd_consumers(self) -> list[str]:
        """Return the names of consumers that are not as this version creates them.

        Raises Unavailable and StreamError.
        """
        return [str(name) for name, found in await self._listed() if not self._is_ours(name, found)]

    def _is_ours(self, name: ConsumerName, found: dict[str, Any]) -> bool:
        wanted, has = self._configuration_of(name), found["config"]
        return all(has.get(field) == value for field, value in wanted.items())

    def _configuration_of(self, name: ConsumerName) -> dict[str, Any]:
        return {
            "name": str(name),
            "durable_name": str(name),
            "filter_subject": self.names.of_partition(name.partition),
            "ack_policy": "all",
            "ack_wait": _NEVER,
            "max_ack_pending": 1_000,
        }

    def _check_kind(self, there: dict[str, Any]) -> None:
        metadata = there["config"].get("metadata", {})
        found = metadata.get("solebook-partitions")
        if found != str(self.names.partitions):
            raise OtherStream(
                f"the broker's stream {self.names.stream} has {found or 'no'} partitions, and this "
                f"version has {self.names.partitions}"
            )
        owner = metadata.get(_EXCHANGE)
        if self._exchange is not None and owner not in (None, "", self._exchange):
            raise OtherStream(
                f"the broker's stream {self.names.stream} belongs to another exchange: give each "
                "its own nats.prefix, or copy that one to this database with solebook admin copy"
            )

    async def position(self) -> Position | None:
        """Return the position of the stream, or None if there is none.

        Raises Unavailable and StreamError.
        """
        there = await self._find()
        return None if there is None else await self._position(there)

    async def _position(self, there: dict[str, Any]) -> Position:
        """Return the position. A stream has another name once a consumer was gone for a time.

        The broker keeps no message for a consumer that is not there.
        """
        origins = await self._origins()
        name = f"{there['created']} {blake2b(repr(origins).encode(), digest_size=8).hexdigest()}"
        return Position(name, there["state"]["last_seq"])

    async def has_kept(self, last: int) -> bool:
        """Return whether a message is there, or was acknowledged by all roles.

        A broker may remember the number of a message that it has lost. Raises Unavailable and
        StreamError.
        """
        if not last or await self._jetstream.find(f"STREAM.MSG.GET.{self.names.stream}", seq=last):
            return True
        done = dict.fromkeys(RECEIVING_ROLES, 0)
        for name, consumer in await self._listed():
            done[name.role] = max(done[name.role], consumer["ack_floor"]["stream_seq"])
        return min(done.values()) >= last

    async def backlog(self) -> BrokerBacklog:
        try:
            there = await self._find()
            if there is None:
                raise Unavailable(what=f"the stream {self.names.stream}")
            return BrokerBacklog(there["state"]["messages"], await self._position(there))
        except StreamError as error:
            raise Unavailable(what=NETWORK) from error

    async def _find(self) -> dict[str, Any] | None:
        return await self._jetstream.find(f"STREAM.INFO.{self.names.stream}")

    # ---- owners --------------------------------------------------------------------------

    async def take_over(self, name: ConsumerName) -> None:
        """Create the consumer of a partition's new owner, and delete those of earlier owners.

        It begins where they stopped, with what they have received and not acknowledged. An earlier
        owner that is still at work receives nothing any more, and its acknowledgements have no
        effect. Raises Unavailable and StreamError.
        """
        stream = self.names.stream
        consumers = await self._consumers()
        if any(other.replaces(name) for other in consumers):
            raise Unavailable(what=f"partition {name.partition} of {name.role}, which has an owner")
        earlier = [other for other in consumers if name.replaces(other)]
        done: list[tuple[int, str]] = []
        for other in earlier:
            found = await self._jetstream.find(f"CONSUMER.INFO.{stream}.{other}")
            if found is not None:
                done.append((found["ack_floor"]["stream_seq"], _origin(found)))
        await self._create(name, *max(done, default=(None, None)))
        for other in earlier:
            await self._jetstream.find(f"CONSUMER.DELETE.{stream}.{other}")

    async def _consumers(self) -> list[ConsumerName]:
        names: list[str] = []
        while True:
            subject = f"CONSUMER.NAMES.{self.names.stream}"
            page = await self._jetstream.ask(subject, offset=len(names))
            names += page["consumers"] or []
            if not page["consumers"] or len(names) >= page["total"]:
                return [known for name in names if (known := ConsumerName.read(name)) is not None]

    async def _origins(self) -> list[tuple[str, int, str]]:
        """Return which origins the consumers of each role and partition have."""
        listed = await self._listed()
        return sorted({(name.role, name.partition, _origin(found)) for name, found in listed})

    async def _listed(self) -> list[tuple[ConsumerName, dict[str, Any]]]:
        """Return all consumers, as the broker describes them."""
        listed: list[tuple[ConsumerName, dict[str, Any]]] = []
        seen = 0
        while True:
            page = await self._jetstream.ask(f"CONSUMER.LIST.{self.names.stream}", offset=seen)
            if page.get("missing"):
                raise Unavailable(what=NETWORK)  # a server of the cluster, which has some of them
            named = ((ConsumerName.read(found["name"]), found) for found in page["consumers"])
            listed += ((name, found) for name, found in named if name is not None)
            seen += len(page["consumers"])
            if not page["consumers"] or seen >= page["total"]:
                return listed

    async def _create(self, name: ConsumerName, done: int | None, origin: str | None) -> None:
        """Create a consumer that begins after the message `done`, or with the first one.

        It goes on for those of an `origin`, or is the first of a new one.
        """
        start = {"deliver_policy": "by_start_sequence", "opt_start_seq": (done or 0) + 1}
        configuration = {
            **self._configuration_of(name),
            "metadata": {_ORIGIN: secrets.token_hex(8) if origin is None else origin},
            **({"deliver_policy": "all"} if done is None else start),
        }
        subjects = configuration["filter_subject"]
        await self._jetstream.ask(
            f"CONSUMER.CREATE.{self.names.stream}.{name}.{subjects}",
            stream_name=self.names.stream,
            config=configuration,
            action="create",
        )


def _origin(consumer: dict[str, Any]) -> str:
    metadata: dict[str, str] = consumer["config"].get("metadata") or {}
    return metadata.get(_ORIGIN, "")


def _is(value: object, has: dict[str, Any], name: str) -> bool:
    found = has.get(name)
    if isinstance(value, dict):
        return isinstance(found, dict) and value.items() <= found.items()
    return found == value
