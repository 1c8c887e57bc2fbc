"""The JSON Schema of a settings file accepts what the exchange accepts."""

import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from solebook.config.schema import DRAFT, settings_schema
from solebook.config.tree import fields
from solebook.ports.language.limits import Between

from ..numbers import numbers

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
SCHEMA = settings_schema()
IN_VARIABLES = {field.name for field in fields() if field.is_secret}
"""Some of the secrets, which have no place in a file."""


def problems(values: dict[str, Any]) -> list[str]:
    found = jsonschema_rs.validator_for(SCHEMA).iter_errors(values)
    return [f"{'.'.join(map(str, error.instance_path))}: {error.message}" for error in found]


def nested(name: str, value: object) -> dict[str, Any]:
    *sections, own = name.split(".")
    inner: dict[str, Any] = {own: value}
    for section in reversed(sections):
        inner = {section: inner}
    return inner


def test_it_is_a_schema() -> None:
    assert SCHEMA["$schema"] == DRAFT
    jsonschema_rs.meta.validate(SCHEMA)


def test_the_examples_of_the_documentation_are_accepted() -> None:
    examples = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert examples
    assert [problems(tomllib.loads(example)) for example in examples] == [[] for _ in examples]


def test_every_setting_is_there_and_some_say_what_they_are_for() -> None:
    described = 0
    for field in fields():
        schema = SCHEMA["$defs"][field.owner.__name__]["properties"].get(field.own_name)
        assert schema is not None or field.name in IN_VARIABLES, field.name
        described += "description" in (schema or {})
    assert described > 100


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("servr", {}, "'servr' was unexpected"),
        ("server.prt", 1, "'prt' was unexpected"),
        ("http.user_limit.brst", 1, "'brst' was unexpected"),
        ("market.tik", 1, "'tik' was unexpected"),
        ("mode", "prod", "mode: "),
        ("server.port", "eighty", "server.port: "),
        ("smtp.password", "hunter2", "'password' was unexpected"),
        ("market.payment_window", "soon", "market.payment_window: "),
    ],
)
def test_what_the_exchange_refuses_is_refused(name: str, value: object, problem: str) -> None:
    assert problem in "\n".join(problems(nested(name, value)))


def test_a_member_of_a_group_may_be_set_alone() -> None:
    assert problems({"http": {"user_limit": {"burst": 50}}}) == []
    assert problems({"security": {"signing_keys": [{"id": "a"}]}}) != []


@pytest.mark.parametrize("value", [900, 900.5, "PT15M", "P3D"])
def test_a_duration_is_seconds_or_iso_8601(value: object) -> None:
    assert problems({"market": {"payment_window": value}}) == []


@pytest.mark.parametrize(
    "value", ["P", "PT", "PX", "P1Y", "P1M", "P1W", "P1DT", "PT1.5H2M", "PT3S2M"]
)
def test_a_duration_that_the_exchange_cannot_read_is_refused(value: str) -> None:
    written = nested("market.payment_window", value)
    assert problems(written)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(value, timedelta)


@pytest.mark.integration  # it tries each number, which takes too long for a unit
def test_every_number_has_the_limits_that_the_exchange_checks() -> None:
    wrong = []
    for name, kind, between in numbers():
        least, most = _plain(between, kind)
        step = 1 if kind is int else 0.001
        if not name.startswith(("security.signing_keys", "market.level_thresholds")):
            for value, is_right in ((least, True), (most, True), (least - step, False)):
                given = [value] if name == "market.transaction_fees" else value
                if (problems(nested(name, given)) == []) is not is_right:
                    wrong.append((name, value))
            if problems(nested(name, most + 1)) == [] and name != "market.transaction_fees":
                wrong.append((name, most + 1))
    assert wrong == []


def _plain(between: Between, kind: type) -> tuple[Any, Any]:
    least, most = between.least, between.most
    if isinstance(least, timedelta) and isinstance(most, timedelta):
        return least.total_seconds(), most.total_seconds()
    return least, most
