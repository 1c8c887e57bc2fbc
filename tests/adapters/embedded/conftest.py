"""The embedded provider with its journal file."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from solebook.adapters.embedded.payment_gateway import EmbeddedPaymentGateway
from solebook.adapters.embedded.sqlite_journal import SqliteJournal
from solebook.adapters.memory.virtual_clock import VirtualClock

OpenGateway = Callable[..., EmbeddedPaymentGateway]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "provider" / "gateway.sqlite"


@pytest.fixture
def open_gateway(path: Path, clock: VirtualClock) -> Iterator[OpenGateway]:
    """Open the file again, as another process would."""
    journals: list[SqliteJournal] = []

    def open_it(*, patience: float = 0) -> EmbeddedPaymentGateway:
        journals.append(SqliteJournal(path, patience=patience))
        return EmbeddedPaymentGateway(journals[-1], clock, webhook_secret="whsec_test")

    yield open_it
    for journal in journals:
        journal.close()
