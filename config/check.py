"""What a diagnosis tries of the settings themselves."""

import os
import stat
from collections.abc import Iterator, Sequence
from operator import attrgetter
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..ports.language.text import counted
from ..ports.language.trials import Failed, Trial, Trials
from ..ports.service_check import ServiceCheck
from .production import missing_in_production
from .settings import Settings
from .tree import fields

_SHORTEST = 16
"""Characters. Random ones of hexadecimal digits have 64 bits then."""
_FEWEST = 6
"""Characters that differ. A secret of fewer was not made by chance."""
_OF_SIGNATURES = 32
"""Bytes, which is what the algorithm of access tokens needs."""
_WORDS = ("change-me", "changeme", "hunter2", "password", "secret", "example", "replace")
_GIVEN = ("payments.api_key", "sendgrid.api_key", "twilio.token")
"""Secrets that others have made."""
_FILES = ("ca", "cert", "key", "credentials", "sslrootcert", "sslcert", "sslkey")
_OF_GRPC = ("grpc_cert", "grpc_key", "grpc_client_ca")
_PRIVATE = ("key", "credentials", "sslkey", "grpc_key")
"""The settings of files that nobody else may read."""


class SettingsCheck(ServiceCheck):
    """Looks at secrets and files. That the settings can be read at all, who has them has seen."""

    service = "settings"

    def __init__(self, settings: Settings, private: Sequence[Path] = ()) -> None:
        """`private` are the files that secrets were read from."""
        self._settings = settings
        self._private = private

    def explain(self, error: Exception) -> Failed:
        return Failed(str(error) or type(error).__name__)

    async def __call__(self, trials: Trials) -> None:
        with trials.trying("mode", "") as trial:
            trial.found = self._settings.mode
            if missing := missing_in_production(self._settings):
                needs = counted(len(missing), "more setting")
                trial.found += f"; production needs {needs}, which SOLEBOOK_MODE=production names"
        with trials.trying("secrets", "generate them, as with `openssl rand -hex 32`") as trial:
            self._look_at_secrets(trial)
        with trials.trying("files", "correct the name, or let the user that runs it read") as t:
            self._look_at_files(t)
        with trials.trying("permissions", "let nobody else read them (chmod go=)") as trial:
            self._look_at_permissions(trial)

    def _look_at_secrets(self, trial: Trial) -> None:
        short = [
            key.id
            for key in self._settings.security.signing_keys
            if len(key.secret.encode()) < _OF_SIGNATURES
        ]
        if short:
            trial.fail(f"security.signing_keys has fewer than {_OF_SIGNATURES} bytes in {short[0]}")
            return
        found = list(secrets_of(self._settings))
        weak = sorted({name for name, secret in found if name not in _GIVEN and _is_weak(secret)})
        trial.found = "none are set"
        if found:
            trial.found = f"{counted(len(found), 'secret')}, none of which is short or a word"
        if not weak:
            return
        told = f"{', '.join(weak)} can be guessed"
        if self._settings.mode == "production":
            trial.fail(told)
        else:
            trial.warn(told)

    def _look_at_files(self, trial: Trial) -> None:
        files = list(_files_of(self._settings))
        for name, file in files:
            if not file.is_file():
                raise Failed(f"{name}: there is no file {file}")
            if not os.access(file, os.R_OK):
                raise Failed(f"{name}: {file} cannot be read")
        trial.found = f"{counted(len(files), 'file')} named, and readable"

    def _look_at_permissions(self, trial: Trial) -> None:
        keys = [f for name, f in _files_of(self._settings) if name.rpartition(".")[2] in _PRIVATE]
        folder = Path(self._settings.folder)
        private = [file for file in (*self._private, *keys, folder) if file.exists()]
        seen = [str(file) for file in private if stat.S_IMODE(file.stat().st_mode) & 0o077]
        trial.found = "only this user can read what has secrets"
        if seen:
            trial.warn(f"others can read {', '.join(seen)}")


def secrets_of(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield each secret that is set, with the name of its setting. Of a URL it is the password."""
    for field in fields():
        value = attrgetter(field.name)(settings)
        if field.is_secret and isinstance(value, str):
            if not field.own_name.endswith("url"):
                yield field.name, value
                continue
            for url in value.split(","):
                if password := _password_in(url):
                    yield field.name, password
    for key in settings.security.signing_keys:
        yield "security.signing_keys", key.secret
    for sealing in settings.encryption.keys:
        if sealing.secret is not None:
            yield "encryption.keys", sealing.secret


def _password_in(url: str) -> str | None:
    try:
        password = urlsplit(url.strip()).password
    except ValueError:
        return None
    return None if password is None else unquote(password)


def _is_weak(secret: str) -> bool:
    lower = secret.lower()
    is_few = len(secret) < _SHORTEST or len(set(secret)) < _FEWEST
    return is_few or any(lower.startswith(word) for word in _WORDS)


def is_file_setting(name: str) -> bool:
    """Return whether a setting names a file that must be there."""
    section, _, own = name.rpartition(".")
    return (own in _FILES and section != "") or own in _OF_GRPC or own.endswith("_file")


def _files_of(settings: Settings) -> Iterator[tuple[str, Path]]:
    for field in fields():
        value = attrgetter(field.name)(settings)
        if is_file_setting(field.name) and isinstance(value, str):
            yield field.name, Path(value)
    for key in settings.encryption.keys:
        if key.file is not None:
            yield "encryption.keys.key", Path(key.file)
