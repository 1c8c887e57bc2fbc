"""What a server is told about who is connected to it."""

import socket

import pytest

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
        told = who_is(roles)
        assert len(told.encode()) <= _KEPT
        before, on, after = told.partition(" on ")
        assert on
        assert before.startswith("solebook ")
        assert host.startswith(after)
        assert after
