"""Whatever breaks under load, what was promised is kept, and everything goes on within seconds."""

import pytest

from .drills.drill import Drill
from .rounds import Rounds

pytestmark = [pytest.mark.journey, pytest.mark.torture]


def test_what_was_promised_is_kept_and_everything_goes_on(drill: Drill, rounds: Rounds) -> None:
    print(drill.name, rounds.play(drill))
