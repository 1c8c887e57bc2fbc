"""An InfluxDB server for tests."""

from functools import partial

from servers.influx_server import InfluxServer

from .missing_server import running

__all__ = ["InfluxServer", "running_influx"]

running_influx = partial(running, InfluxServer)
