"""Contract of Randomness."""

import re

import pytest

from solebook.adapters.memory.seeded import SeededRandomness
from solebook.adapters.system.randomness import SystemRandomness
from solebook.ports.randomness import Randomness


@pytest.fixture(params=["seeded", "system"])
def chance(request: pytest.FixtureRequest) -> Randomness:
    return SeededRandomness(5) if request.param == "seeded" else SystemRandomness()


def test_a_secret_is_url_safe_and_long_enough(chance: Randomness) -> None:
    # 43 characters of 64 kinds carry 258 bits.
    assert re.fullmatch(r"[A-Za-z0-9_-]{43,}", chance.secret())


def test_secrets_are_unique(chance: Randomness) -> None:
    assert len({chance.secret() for _ in range(500)}) == 500


def test_fractions_spread_from_0_up_to_but_not_including_1(chance: Randomness) -> None:
    found = [chance.fraction() for _ in range(500)]
    assert all(0 <= fraction < 1 for fraction in found)
    assert {int(fraction * 4) for fraction in found} == {0, 1, 2, 3}
