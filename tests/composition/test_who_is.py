"""What a server is told about who is connected to it."""

import re
import socket

import pytest

from solebook.adapters.security.aes_cipher import NO_CIPHER
from solebook.adapters.sql.running_processes import marked
from solebook.composition.sql_adapters import who_is
from solebook.ports.language.process_roles import ALL_ROLES, ProcessRole

_KEPT = 63
"""PostgreSQL keeps so many bytes."""


@pytest.mark.parametrize("host", ["vm", "exchange-worker-5d9c8b7f6d-x2k4q.eu-central-1.internal"])
def test_roles_and_host_are_told_in_what_postgresql_keeps(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: host)
    of_worker = ALL_ROLES - {ProcessRole.HTTP, ProcessRole.MATCHING}
    for roles in (None, ALL_ROLES, {ProcessRole.HTTP}, of_worker):
        told = marked(who_is(roles), NO_CIPHER)
        assert len(told.encode()) <= _KEPT
        before, on, after = told.partition(" on ")
        assert on
        assert before.startswith("solebook ")
        assert host.startswith(after.partition(" #")[0])
        assert re.fullmatch(r".+ #[0-9a-f]{8}", after)
