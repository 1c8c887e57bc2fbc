"""The certificate of a server: what is refused, and when a new one is used."""

import logging
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from solebook.adapters.security.server_certificate import ServerCertificate

from ...certificates import Authority

pytestmark = pytest.mark.integration  # openssl makes the certificates


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pairs old.crt, old.key, new.crt and new.key."""
    folder = tmp_path_factory.mktemp("made")
    authority = Authority(folder, "ca")
    for name in ("old", "new"):
        authority.certify(name, "localhost")
    return folder


class Files:
    """The two files of a server, in which tests put what they like."""

    def __init__(self, made: Path, folder: Path) -> None:
        self._made = made
        self.cert, self.key = folder / "server.crt", folder / "server.key"

    def put(self, cert: str = "", key: str = "") -> None:
        for name, file in ((cert, self.cert), (key, self.key)):
            if name:
                shutil.copy(self._made / name, file)

    def opened(self, days: int = 0) -> ServerCertificate:
        """Return the certificate as it is after so many days."""
        return ServerCertificate(
            "server.",
            str(self.cert),
            str(self.key),
            now=lambda: datetime.now(UTC) + timedelta(days=days),
        )


@pytest.fixture
def files(made: Path, tmp_path: Path) -> Files:
    found = Files(made, tmp_path)
    found.put("old.crt", "old.key")
    return found


def test_a_new_pair_is_used_from_the_next_look_on(files: Files) -> None:
    certificate = files.opened()
    old = certificate.context
    certificate.look()
    assert certificate.context is old
    files.put("new.crt", "new.key")
    certificate.look()
    assert certificate.context is not old
    assert certificate.files == (files.cert.read_bytes(), files.key.read_bytes())


@pytest.mark.parametrize(
    ("cert", "key", "problem"),
    [
        ("new.crt", "", "server.key (KEY) is not the key of server.cert (CERT): name the key"),
        ("new.key", "", "server.cert (CERT) is no certificate in PEM: it must have"),
        ("", "new.crt", "server.key (KEY) is no key in PEM without a passphrase: write one"),
    ],
)
def test_a_pair_that_cannot_be_used_is_an_error_at_the_start_and_later_a_warning(
    files: Files, cert: str, key: str, problem: str, caplog: pytest.LogCaptureFixture
) -> None:
    certificate = files.opened()
    old = certificate.context
    files.put(cert, key)
    told = problem.replace("CERT", str(files.cert)).replace("KEY", str(files.key))
    with pytest.raises(OSError, match="server") as raised:
        files.opened()
    assert told in str(raised.value)
    certificate.look()
    seen = [certificate.is_refused]  # not at once: the other file may not be written yet
    for _ in range(3):
        certificate.look()
    assert [*seen, certificate.is_refused] == [False, True]
    assert certificate.context is old
    [warning] = [each for each in caplog.messages if told in each]
    assert warning.endswith("; the certificate before is used, for 1 days")
    files.put("new.crt", "new.key")
    certificate.look()
    assert (certificate.is_refused, certificate.context is old) == (False, False)


def test_a_file_that_is_gone_changes_nothing(files: Files) -> None:
    certificate = files.opened()
    files.key.unlink()
    for _ in range(2):
        certificate.look()
    assert certificate.is_refused
    with pytest.raises(OSError, match=r"server\.key .* cannot be read: No such file .* be there"):
        files.opened()


def test_an_expired_certificate_is_an_error_and_so_is_one_that_has_not_begun(files: Files) -> None:
    with pytest.raises(OSError, match=r"server\.cert .* expired on 20..-..-..: renew it"):
        files.opened(days=3)
    with pytest.raises(OSError, match=r"server\.cert .* begins on .*: is this machine's time"):
        files.opened(days=-1)


def test_one_that_expires_while_it_is_used_stays_in_use(
    files: Files, caplog: pytest.LogCaptureFixture
) -> None:
    certificate = files.opened()
    certificate._now = lambda: datetime.now(UTC) + timedelta(days=3)
    with caplog.at_level(logging.WARNING):
        certificate.look()
    assert not certificate.is_refused
    assert certificate.pair.expires < certificate._now()
