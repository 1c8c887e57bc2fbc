"""The bill of materials (SBOM): what the packages need, as CycloneDX."""

import json
import sys
import time as clock
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from packaging.version import Version

from auditing.licences import licence_of

from .programs import run, uv

ROOT = Path(__file__).parents[1]


def write_sbom(sources: Path, file: Path, version: Version, time: int) -> None:
    """Write all packages of the extra `all` in their pinned versions. Raises Refused."""
    chosen = ("--no-default-groups", "--extra", "all")
    printed = run(uv(), "export", "--quiet", "--format", "cyclonedx1.5", *chosen, folder=sources)
    found = json.loads(printed)
    found["metadata"]["timestamp"] = datetime.fromtimestamp(time, UTC).isoformat()
    found["metadata"]["component"]["version"] = str(version)
    for component in found["components"]:
        _describe(component)
    content = json.dumps(found["components"], sort_keys=True)
    found["serialNumber"] = uuid5(NAMESPACE_URL, content).urn
    file.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def _describe(component: dict[str, Any]) -> None:
    """Name the licence of a package, if it is installed here, and its files with their SHA-256."""
    # The addresses of files are those of whoever's index it was, as in a lock file (ADR 0002).
    files = component.pop("externalReferences", ())
    component["properties"] = component.get("properties", []) + [
        {"name": f"solebook:sha256:{each['url'].rpartition('/')[2]}", "value": digest["content"]}
        for each in files
        for digest in each.get("hashes", ())
        if digest["alg"] == "SHA-256"
    ]
    try:
        licence = licence_of(component["name"])
    except metadata.PackageNotFoundError:
        return
    if licence:
        component["licenses"] = [{"expression": licence}]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write that of this checkout to the named file, or into dist/."""
    version = Version(metadata.version("solebook"))
    named = list(sys.argv[1:] if arguments is None else arguments)
    file = Path(named[0]) if named else ROOT / "dist" / f"solebook-{version}.cdx.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    write_sbom(ROOT, file, version, int(clock.time()))
    print(f"sbom: {file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
