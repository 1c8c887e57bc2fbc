"""The users that docs/how-to/share-redis.md gives to solebook."""

import re
from pathlib import Path

_DOCS = Path(__file__).parents[1] / "docs/how-to/share-redis.md"
_SERVER, _SENTINELS = re.findall(r"^user solebook .*$", _DOCS.read_text(), re.MULTILINE)

PREFIX = "shop"
PASSWORD = "hunter2-solebook"
ON_A_SERVER = _SERVER.replace("PASSWORD", PASSWORD)
"""A line of a server's settings."""
WITH_SENTINELS = _SENTINELS.replace("PASSWORD", PASSWORD)
"""A line of a Sentinel's settings."""
ON_A_CLUSTER = ON_A_SERVER + " +cluster|slots +asking"
