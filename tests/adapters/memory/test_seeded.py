"""What a seed repeats."""

from datetime import timedelta

from solebook.adapters.memory.seeded import SeededIds, SeededRandomness
from solebook.adapters.memory.virtual_clock import VirtualClock


async def test_a_seed_and_a_clock_repeat_the_ids(clock: VirtualClock) -> None:
    one, two, other = SeededIds(1, clock), SeededIds(1, clock), SeededIds(2, clock)
    for _ in range(20):
        fresh = one.new()
        assert fresh == two.new()
        assert fresh != other.new()
        await clock.advance(timedelta(microseconds=400))


async def test_an_id_carries_the_clocks_milliseconds(clock: VirtualClock) -> None:
    await clock.advance(timedelta(milliseconds=7))
    milliseconds = SeededIds(1, clock).new().int >> 80
    assert milliseconds == round(clock.now().timestamp() * 1_000)


def test_a_seed_repeats_secrets_and_fractions() -> None:
    one, two, other = SeededRandomness(1), SeededRandomness(1), SeededRandomness(2)
    assert [one.secret(), one.fraction()] == [two.secret(), two.fraction()]
    assert other.secret() != SeededRandomness(1).secret()
