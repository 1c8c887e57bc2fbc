"""The overview of an admin follows what happens, while somebody looks at it."""

import pytest

from solebook.ports.language.alarms import AlarmKind
from solebook.ports.language.events import AlarmRaised

from .market import Market
from .windows import Windows

pytestmark = [pytest.mark.journey, pytest.mark.browser]

HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true })
  document.dispatchEvent(new Event("visibilitychange"))
}"""


async def test_overview_is_loaded_anew_unless_it_is_hidden(
    market: Market, windows: Windows
) -> None:
    window = await windows.open(market.url)
    await window.signs_in(market.people.admin.email)
    await window.page.clock.install()
    await window.opens("/admin")
    await window.shows("0 Open alarms")
    record = market.application.operations.record_alarm

    await record(AlarmRaised(AlarmKind.PROVIDER_REPORT, None, "look at this"))
    await window.page.clock.fast_forward(5_000)
    await window.shows("1 Open alarms")

    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url))
    await window.page.evaluate(HIDE, True)
    await record(AlarmRaised(AlarmKind.RECONCILIATION, None, "and at this"))
    await window.page.clock.fast_forward(20_000)
    assert asked == []
    await window.page.evaluate(HIDE, False)
    await window.shows("2 Open alarms")
