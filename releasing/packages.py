"""The wheel and the sdist: building them, and what is in them."""

import re
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from packaging.metadata import Metadata

from .programs import run, uv
from .refused import Refused

_NEEDED = (
    r"py\.typed",
    r"entrypoints/cli/main\.py",
    r"adapters/mail/templates/.+\.txt",
    r"adapters/mail/templates/.+\.html",
    r"adapters/sql/migrations/versions/\w+\.py",
    r"entrypoints/demo/sample/sales\.csv",
    r"entrypoints/web/templates/.+\.html",
    r"entrypoints/web/static/.+\.css",
)
"""Of both packages: code, and what the code reads."""

_NEEDED_IN_SOURCES = (
    r"pyproject\.toml",
    r"LICENSE",
    r"CHANGELOG\.md",
    r"tests/conftest\.py",
    r"docs/index\.md",
    r"deploy/prometheus/alerts\.yml",
    r"deploy/grafana/solebook\.json",
    r"deploy/docker/Dockerfile",
)

_LAYERS = "ports|core|adapters|config|composition|entrypoints|client"
_OF_WHEEL = rf"({_LAYERS})/.*|__init__\.py|py\.typed"
_NOT_OF_WHEEL = rf"(?!({_OF_WHEEL})$).*"

_NEVER = (
    r"(.*/)?(__pycache__|\.venv|\.git|solebook-\w+)/.*",
    r"(.*/)?\.env",
    r".*\.(pyc|pem|key|p12|sqlite3(-\w+)?|eml|log)",
)

_PRIVATE_KEY = re.compile(rb"-----BEGIN ([A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}")
"""Not in tests either, which make their keys."""


@dataclass(frozen=True)
class Packages:
    """The wheel and the sdist of one build."""

    wheel: Path
    sdist: Path

    def __iter__(self) -> Iterator[Path]:
        """Yield both."""
        return iter((self.wheel, self.sdist))

    def differences(self, other: "Packages") -> list[str]:
        """Return the names of files that are not the same, byte by byte, in another build."""
        return [
            one.name
            for one, again in zip(self, other, strict=True)
            if (one.name, digest(one)) != (again.name, digest(again))
        ]

    def faults(self) -> list[str]:
        """Return what is missing in the packages, or should not be in them."""
        wheel, sources = _Archive.of_wheel(self.wheel), _Archive.of_sdist(self.sdist)
        return [
            *wheel.faults(_NEEDED, (_NOT_OF_WHEEL, *_NEVER)),
            *sources.faults((*_NEEDED, *_NEEDED_IN_SOURCES), _NEVER),
            *(
                f"{wheel.name} has no {name}, which {sources.name} has"
                for name in sorted(sources.files.keys() - wheel.files.keys())
                if re.fullmatch(_OF_WHEEL, name)
            ),
        ]

    def metadata(self) -> Metadata:
        """Return the metadata, which is valid and the same in both. Raises Refused."""
        wheel = _Archive.of_wheel(self.wheel).metadata
        if wheel != _Archive.of_sdist(self.sdist).metadata:
            raise Refused("the metadata of the wheel and the sdist differ")
        try:
            found = Metadata.from_email(wheel, validate=True)
        except ExceptionGroup as invalid:
            reasons = "; ".join(map(str, invalid.exceptions))
            raise Refused(f"the metadata is not valid: {reasons}") from invalid
        missing = [
            name
            for name in ("summary", "description", "license_expression", "requires_python")
            if not getattr(found, name)
        ]
        if missing:
            raise Refused(f"the metadata has no {', '.join(missing)}")
        return found


def build(sources: Path, folder: Path, time: int) -> Packages:
    """Build both packages, whose files have one time, in seconds since 1970. Raises Refused.

    The wheel is built from the sdist, so that one which lacks something is noticed.
    """
    variables = {"SOURCE_DATE_EPOCH": str(time)}
    run(uv(), "build", "--quiet", "--out-dir", folder, folder=sources, variables=variables)
    (folder / ".gitignore").unlink(missing_ok=True)  # uv writes it
    [wheel], [sdist] = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return Packages(wheel, sdist)


def digest(file: Path) -> str:
    """Return the SHA-256 sum of a file."""
    return sha256(file.read_bytes()).hexdigest()


@dataclass(frozen=True)
class _Archive:
    name: str
    files: Mapping[str, bytes]
    """By their names in the package."""
    metadata: bytes

    @classmethod
    def of_wheel(cls, wheel: Path) -> "_Archive":
        with zipfile.ZipFile(wheel) as packed:
            whole = {name: packed.read(name) for name in packed.namelist()}
        [metadata] = [body for name, body in whole.items() if name.endswith("dist-info/METADATA")]
        inside = (name for name in whole if ".dist-info/" not in name)
        files = {name.removeprefix("solebook/"): whole[name] for name in inside}
        return cls(wheel.name, files, metadata)

    @classmethod
    def of_sdist(cls, sdist: Path) -> "_Archive":
        with tarfile.open(sdist) as packed:
            files = {
                member.name.partition("/")[2]: opened.read()
                for member in packed.getmembers()
                if (opened := packed.extractfile(member)) is not None
            }
        return cls(sdist.name, files, files["PKG-INFO"])

    def faults(self, needed: tuple[str, ...], unwanted: tuple[str, ...]) -> Iterator[str]:
        for pattern in needed:
            if not any(re.fullmatch(pattern, name) for name in self.files):
                yield f"{self.name} has no {pattern}"
        for name, body in self.files.items():
            if any(re.fullmatch(pattern, name) for pattern in unwanted):
                yield f"{self.name} has {name}"
            if _PRIVATE_KEY.search(body):
                yield f"{self.name} has a private key in {name}"
