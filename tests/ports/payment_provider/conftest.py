"""The providers with which the contract of the payment provider runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.journal import MemoryJournal
from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider
from solebook.adapters.embedded.sqlite_journal import SqliteJournal
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock

from .rig import Rig


@pytest.fixture(params=["embedded_in_memory", "embedded_in_a_file"])
def rig(
    request: pytest.FixtureRequest, clock: VirtualClock, ids: SeededIds, tmp_path: Path
) -> Iterator[Rig]:
    file = SqliteJournal(tmp_path / "provider.sqlite") if "file" in request.param else None
    provider = EmbeddedPaymentProvider(file or MemoryJournal(), clock, webhook_secret="whsec_test")
    yield Rig(
        provider=provider,
        sign=provider.sign,
        ids=ids,
        card=tokens.CARD,
        declined_card=tokens.DECLINED_CARD,
        card_that_fails_once=tokens.CARD_THAT_FAILS_ONCE,
        card_that_times_out=tokens.CARD_THAT_TIMES_OUT,
        card_charged_later=tokens.CARD_THAT_IS_CHARGED_LATER,
        card_declined_later=tokens.CARD_THAT_IS_DECLINED_LATER,
        card_that_stays_pending=tokens.CARD_THAT_STAYS_PENDING,
        account=tokens.ACCOUNT,
        closed_account=tokens.CLOSED_ACCOUNT,
        account_that_times_out=tokens.ACCOUNT_THAT_TIMES_OUT,
    )
    if file is not None:
        file.close()
