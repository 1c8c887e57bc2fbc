"""The bill of materials (SBOM): what the packages need, as CycloneDX."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from packaging.version import Version

from .programs import run, uv


def write_sbom(sources: Path, file: Path, version: Version, time: int) -> None:
    """Write all packages of the extra `all` in their pinned versions. Raises Refused."""
    chosen = ("--no-default-groups", "--extra", "all")
    printed = run(uv(), "export", "--quiet", "--format", "cyclonedx1.5", *chosen, folder=sources)
    found = json.loads(printed)
    found["metadata"]["timestamp"] = datetime.fromtimestamp(time, UTC).isoformat()
    found["metadata"]["component"]["version"] = str(version)
    for component in found["components"]:
        # The addresses of files are those of whoever's index it was, as in a lock file (ADR 0002).
        component.pop("externalReferences", None)
    content = json.dumps(found["components"], sort_keys=True)
    found["serialNumber"] = uuid5(NAMESPACE_URL, content).urn
    file.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
