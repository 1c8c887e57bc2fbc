"""Copies of records by `replace` of ports/language/records.py."""

import dataclasses

import pytest

from solebook.ports.language.orders import PaymentStatus
from solebook.ports.language.records import replace

from .records import Records


def test_a_copy_has_the_changes_and_everything_else(records: Records) -> None:
    before = records.payment()
    after = replace(before, status=PaymentStatus.CAPTURED, charge_id="ch_1")
    assert after == dataclasses.replace(before, status=PaymentStatus.CAPTURED, charge_id="ch_1")


def test_an_unknown_field_cannot_be_changed(records: Records) -> None:
    with pytest.raises(KeyError, match="price"):
        replace(records.payment(), price=1)  # type: ignore[call-arg]  # also mypy refuses it
