"""The configuration files that are shipped."""

import subprocess
import sys
from pathlib import Path

import pytest

from ..nats_server import require_nats

NATS = Path(__file__).parents[2] / "deploy" / "nats-server.conf"


def test_nats_syncs_each_message() -> None:
    assert "sync_interval: always" in NATS.read_text()


@pytest.mark.real
@pytest.mark.integration
def test_nats_accepts_its_configuration() -> None:
    require_nats()
    program = Path(sys.executable).parent / "nats-server"
    tried = subprocess.run(
        [program, "-t", "-c", NATS], capture_output=True, text=True, timeout=30, check=False
    )
    assert tried.returncode == 0, tried.stderr
