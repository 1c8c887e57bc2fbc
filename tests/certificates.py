"""Certificates for servers of tests, made by openssl."""

import subprocess
from pathlib import Path

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Authority:
    """A CA, with its files in a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self.certificate = folder / f"{name}.crt"
        self._key = folder / f"{name}.key"
        _openssl(*_KEY, "-subj", f"/CN={name}", *_to(self.certificate, self._key))

    def certify(self, name: str, host: str = "") -> tuple[Path, Path]:
        """Return the files of a new certificate, and of its key.

        It is for a host, a name or an address, if one is given.
        """
        certificate, key = self._folder / f"{name}.crt", self._folder / f"{name}.key"
        signed = ("-CA", str(self.certificate), "-CAkey", str(self._key))
        only = ("-addext", "basicConstraints=critical,CA:FALSE")
        kind = "IP" if host.replace(".", "").isdecimal() else "DNS"
        of_host = ("-addext", f"subjectAltName={kind}:{host}") if host else ()
        _openssl(*_KEY, "-subj", f"/CN={name}", *signed, *only, *of_host, *_to(certificate, key))
        return certificate, key


def _to(certificate: Path, key: Path) -> tuple[str, ...]:
    return ("-out", str(certificate), "-keyout", str(key))


def _openssl(*arguments: str) -> None:
    command = ["openssl", "req", "-x509", "-days", "2", *arguments]
    subprocess.run(command, check=True, capture_output=True)
