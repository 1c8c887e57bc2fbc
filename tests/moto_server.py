"""moto for tests, a double of Amazon S3 that others wrote."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

import httpx

from .bucket_double import NAME
from .missing_server import do_without


@contextmanager
def running_moto() -> Iterator[str]:
    """Serve a store without a bucket, and yield its URL, or do without the test."""
    if find_spec("moto") is None:
        do_without("needs moto[s3], of the group `servers`")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def make_bucket(url: str) -> None:
    """Leave nothing in the store but an empty bucket."""
    httpx.post(f"{url}/moto-api/reset").raise_for_status()
    httpx.put(f"{url}/{NAME}").raise_for_status()
