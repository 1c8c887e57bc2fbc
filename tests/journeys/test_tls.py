"""`solebook serve` with TLS: the API, and what operators read."""

import re
import signal
import ssl
from pathlib import Path

import httpx
import pytest

from ..certificates import Authority
from ..served import Served
from .test_serve import COMMAND, PATIENCE, environment, solebook

pytestmark = pytest.mark.journey


def test_it_serves_with_tls_and_a_wrong_key_stops_the_start(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "ca")
    cert, key = authority.certify("server", "127.0.0.1")
    settings = {
        "SOLEBOOK_SERVER__CERT": str(cert),
        "SOLEBOOK_SERVER__KEY": str(key),
        "SOLEBOOK_METRICS__PORT": "0",
        "SOLEBOOK_METRICS__TLS": "true",
    }
    trusting = ssl.create_default_context(cafile=str(authority.certificate))
    command = [*COMMAND, "serve", "--port", "0"]
    server = Served(command, tmp_path, environment() | settings, PATIENCE)
    try:
        told = server.first_lines(3)
        urls = re.findall(r"https://127\.0\.0\.1:\d+(?:/metrics)?(?=\s)", told)
        if len(urls) != 2:
            server.fail(told)
        api, metrics = urls
        with httpx.Client(verify=trusting) as client:
            live = client.get(f"{api}/health/live")
            assert live.status_code == 200
            assert live.headers["strict-transport-security"] == "max-age=31536000"
            name = 'solebook_certificate_expiry_timestamp_seconds{certificate="server"}'
            assert name in client.get(metrics).text
        assert server.ended(signal.SIGTERM, within=8.0) == (0, "")
    finally:
        server.close()
    _, other = authority.certify("other", "127.0.0.1")
    wrong = solebook(tmp_path, "serve", settings=settings | {"SOLEBOOK_SERVER__KEY": str(other)})
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert f"server.key ({other}) is not the key of server.cert ({cert})" in wrong.stderr
    assert len(wrong.stderr.splitlines()) == 1
