"""The site of the documentation, as one file."""

import gzip
import sys
import tarfile
from pathlib import Path

from .programs import run


def pack_site(sources: Path, folder: Path, file: Path, time: int) -> None:
    """Build the site in strict mode, and pack it, so that its bytes follow from the sources.

    Raises Refused.
    """
    # Without --quiet, which would hide warnings from --strict.
    run(
        *(sys.executable, "-m", "mkdocs", "build", "--strict"),
        *("--site-dir", folder),
        folder=sources,
        variables={"NO_MKDOCS_2_WARNING": "1", "SOURCE_DATE_EPOCH": str(time)},
    )

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname = time, 0, 0, "", ""
        entry.mode = 0o755 if entry.isdir() else 0o644
        return entry

    with (
        file.open("wb") as target,
        gzip.GzipFile("", "wb", fileobj=target, mtime=time) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        archive.add(folder, arcname=file.name.removesuffix(".tar.gz"), filter=plain)
