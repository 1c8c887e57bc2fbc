"""Messages that arrive late or not at all, as a cluster may carry them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from solebook.adapters.redis.book_listener import BookListener
from solebook.adapters.redis.book_news import Here, Source, Told, encode
from solebook.adapters.streams.book_mirror import BookMirror, StandingHalts

ONE = Source(0, 1, "one", 1)


@dataclass
class Mirror:
    """Notes how often it was told to start over, and which words of an engine it heard."""

    missed: int = 0
    heard: list[tuple[int, int]] = field(default_factory=list)

    def miss(self) -> None:
        self.missed += 1

    async def hear_engine(self, epoch: int, begun: int) -> None:
        self.heard.append((epoch, begun))

    def follows(self, epoch: int) -> bool:
        return True

    async def hear_halts(self, epoch: int, halts: StandingHalts) -> None:
        pass


@dataclass
class Listening:
    is_ordered: bool
    mirror: Mirror = field(default_factory=Mirror)
    marks: int = 0

    def __post_init__(self) -> None:
        mirrors: Sequence[BookMirror] = [self.mirror]  # type: ignore[list-item]  # as far as used
        self.listener = BookListener(mirrors, is_ordered=self.is_ordered)

    async def here(self, number: int, source: Source = ONE) -> None:
        self.marks += 1
        await self.listener.hear(encode(Here(source, number, self.marks, 5, ())))

    async def told(self, *numbers: int, source: Source = ONE) -> None:
        for number in numbers:
            await self.listener.hear(encode(Told(source, number)))


async def test_messages_of_a_cluster_may_arrive_in_any_order() -> None:
    one = Listening(is_ordered=False)
    await one.here(3)
    assert one.mirror.missed == 1  # it begins
    await one.told(6, 5)
    await one.here(6)
    await one.told(4, 7)
    for _ in range(5):
        await one.here(7)
    assert one.mirror.missed == 1


async def test_a_number_that_is_missing_at_the_second_next_word_is_lost() -> None:
    one = Listening(is_ordered=False)
    await one.here(3)
    await one.told(5)
    await one.here(5)
    await one.here(5)
    assert one.mirror.missed == 1
    await one.here(5)
    assert one.mirror.missed == 2
    await one.told(4, 6)  # one of which is late
    for _ in range(5):
        await one.here(6)
    assert one.mirror.missed == 2


@pytest.mark.parametrize("number", [5, 9])
async def test_messages_of_one_server_are_lost_with_the_first_gap(number: int) -> None:
    one = Listening(is_ordered=True)
    await one.here(3)
    await one.told(4)
    assert one.mirror.missed == 1
    await one.told(number + 1)
    assert one.mirror.missed == 2
    await one.here(number + 1)
    await one.told(number + 2)
    await one.here(number + 2)
    assert one.mirror.missed == 3  # it begins


async def test_the_last_message_of_one_server_is_lost_with_the_next_word() -> None:
    one = Listening(is_ordered=True)
    await one.here(3)
    await one.here(4)
    assert one.mirror.missed == 2


@pytest.mark.parametrize("is_ordered", [True, False])
async def test_another_publisher_lets_the_mirror_start_over(is_ordered: bool) -> None:
    one, next_one = Listening(is_ordered), Source(0, 1, "two", 2)
    await one.here(3)
    await one.here(8, next_one)
    assert one.mirror.missed == 2
    await one.told(9, source=next_one)
    await one.here(4)
    await one.told(4, 7)
    await one.here(9, next_one)
    assert one.mirror.missed == 2
    assert [epoch for epoch, _ in one.mirror.heard] == [1, 2, 2]


async def test_processes_with_another_number_of_shards_are_not_heard() -> None:
    one = Listening(is_ordered=True)
    await one.here(3, Source(0, 2, "one", 1))
    await one.here(3, Source(1, 2, "one", 1))
    assert one.mirror.heard == []
