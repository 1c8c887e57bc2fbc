"""The embedded provider with its journal file."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider
from solebook.adapters.embedded.sqlite_journal import SqliteJournal
from solebook.adapters.memory.virtual_clock import VirtualClock

OpenProvider = Callable[..., EmbeddedPaymentProvider]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "provider" / "provider.sqlite"


@pytest.fixture
def open_provider(path: Path, clock: VirtualClock) -> Iterator[OpenProvider]:
    """Open the file again, as another process would."""
    journals: list[SqliteJournal] = []

    def open_it(*, patience: float = 0) -> EmbeddedPaymentProvider:
        journals.append(SqliteJournal(path, patience=patience))
        return EmbeddedPaymentProvider(journals[-1], clock, webhook_secret="whsec_test")

    yield open_it
    for journal in journals:
        journal.close()
