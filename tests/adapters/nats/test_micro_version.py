"""Every version that a build may have is one that NATS takes for a service."""

import pytest
from nats.micro.service import ServiceConfig

from solebook import __version__
from solebook.adapters.nats.micro import semantic


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("1.2.3", "1.2.3"),
        ("1.2", "1.2.0"),
        ("0.0.1.dev1249+gb0d09c451", "0.0.1-dev1249+gb0d09c451"),
        ("0.0.1.dev2+g1a2.d20261130", "0.0.1-dev2+g1a2.d20261130"),
        ("2.0.0rc1", "2.0.0-rc1"),
    ],
)
def test_a_version_of_python_is_told_as_a_semantic_one(version: str, told: str) -> None:
    assert semantic(version) == told
    ServiceConfig(name="any", version=told)


def test_this_version_is_taken() -> None:
    ServiceConfig(name="any", version=semantic(__version__))
