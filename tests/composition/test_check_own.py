"""A diagnosis of the exchange's own certificates and keys says what is wrong."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from solebook.config.encryption import EncryptionKeySettings, EncryptionSettings
from solebook.config.server import ServerSettings
from solebook.config.services import ServicesSettings
from solebook.config.settings import Settings, StoreSettings

from ..certificates import Authority
from .tried import FAILED, OK, WARNING, SkewedClock, says, tried


def base(**sections: Any) -> Settings:
    return Settings(store=StoreSettings(adapter="memory"), **sections)


@pytest.fixture
def served(tmp_path: Path) -> dict[str, tuple[str, str]]:
    """Certificates of two servers of one CA, with their keys."""
    authority = Authority(tmp_path, "authority")
    pairs = {name: authority.certify(name, "localhost") for name in ("one", "another")}
    return {name: (str(cert), str(key)) for name, (cert, key) in pairs.items()}


async def test_a_certificate_is_looked_at_with_its_key(served: dict[str, tuple[str, str]]) -> None:
    cert, key = served["one"]
    short = (await tried(base(server=ServerSettings(cert=cert, key=key)), "server"))["certificate"]
    says(short, WARNING, "is valid for 1 more day", "renew it")

    of_grpc = base(services=ServicesSettings(grpc_cert=cert, grpc_key=key))
    earlier = SkewedClock(timedelta(days=-30))
    says((await tried(of_grpc, "services", clock=earlier))["certificate"], OK, "31 more days")

    other = base(server=ServerSettings(cert=cert, key=served["another"][1]))
    says((await tried(other, "server"))["settings"], FAILED, "is not the key of", "correct")


async def test_keys_are_tried_by_sealing_and_opening(tmp_path: Path) -> None:
    def settings(current: str | None, **key: str) -> Settings:
        keys = (EncryptionKeySettings(id="new", **key),)
        return base(encryption=EncryptionSettings(keys=keys, current=current))

    secret = "0123456789abcdef" * 3
    says((await tried(settings("new", secret=secret), "encryption"))["keys"], OK, "'new' seals")
    kept = (await tried(settings(None, secret=secret), "encryption"))["keys"]
    says(kept, WARNING, "none of which seals", "rotate-keys")
    short = (await tried(settings("new", secret="short"), "encryption"))["settings"]
    says(short, FAILED, "less than 32 bytes")
    lost = settings("new", file=str(tmp_path / "lost"))
    says((await tried(lost, "encryption"))["settings"], FAILED, "No such file", "correct")
