"""`nox -s proto`: write what comes from the table, the schema and the client."""

from pathlib import Path

from .client_code import code
from .protobuf import file_proto
from .schema import FILE, recorded_numbers, text

CLIENT = Path(__file__).parents[2] / "client"
"""The folder of the client."""


def main() -> None:
    """Write the schema first: the others have its numbers."""
    FILE.write_text(text(), encoding="utf-8")
    recorded_numbers.cache_clear()
    (CLIENT / "solebook.binpb").write_bytes(file_proto().SerializeToString(deterministic=True))
    (CLIENT / "services.py").write_text(code(), encoding="utf-8")


if __name__ == "__main__":
    main()
