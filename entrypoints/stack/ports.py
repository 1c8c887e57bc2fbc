"""The ports of a stack, which stay the same from start to start while others leave them free."""

import json
import socket
from pathlib import Path

_HOST = "127.0.0.1"


class Ports:
    """Ports of 127.0.0.1 by name, in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
        self._taken: dict[str, int] = {}
        self.moved: dict[int, int] = {}
        """The new port of each that others have taken since the last start."""

    def take(self, name: str) -> int:
        """Return the port of a name: that of the last start if it is free."""
        if name in self._taken:
            return self._taken[name]
        before = self._known.get(name)
        port = before if before is not None and _is_free(before) else self._new()
        if before not in (None, port):
            assert before is not None
            self.moved[before] = port
        self._taken[name] = port
        return port

    def keep(self) -> None:
        """Write what was taken to the file, and what is not used this time too."""
        self._known |= self._taken
        self._file.write_text(json.dumps(self._known, indent=1) + "\n")

    def _new(self) -> int:
        """Return a free port that no other name has."""
        kept = {*self._known.values(), *self._taken.values()}
        while True:
            with socket.create_server((_HOST, 0)) as listening:
                port = int(listening.getsockname()[1])
            if port not in kept:
                return port


def _is_free(port: int) -> bool:
    try:
        socket.create_server((_HOST, port)).close()
    except OSError:
        return False
    return True
