"""Signals that stop a process."""

import asyncio
import signal


def stop_signal() -> asyncio.Event:
    """Return an event that is set when the process gets SIGINT or SIGTERM."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    return stopped
