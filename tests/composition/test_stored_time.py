"""An exchange that is started while the system's time is behind what is stored."""

from datetime import UTC, datetime, timedelta

import pytest

from solebook.adapters.system.clock import SystemClock
from solebook.composition.container import open_application
from solebook.composition.health import view_health_of
from solebook.config.settings import Settings

pytestmark = pytest.mark.integration

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("ahead", [timedelta(0), -HOUR * 24_000])
async def test_time_goes_on_from_what_is_stored_and_the_process_says_so(
    settings: Settings, ahead: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    if settings.store.kind == "memory":
        return  # it has no time from before
    later = datetime.now(UTC) + HOUR
    async with open_application(settings) as before:
        store = before.adapters.store
        async with store.transaction():
            await store.clock_offset.agree(ahead)
            await store.signs_of_life.note(later)

    async with open_application(settings) as after:
        now, real = after.adapters.clock.now(), after.adapters.real_clock
        assert later + ahead <= now < later + ahead + HOUR / 2
        assert isinstance(real, SystemClock)
        assert HOUR / 2 < real.excused <= HOUR
        health = (await view_health_of(after)())["clock"]
        assert "ahead of the system's time" in health.state
    assert "behind what is stored" in caplog.text
