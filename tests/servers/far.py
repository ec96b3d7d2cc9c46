"""A line of some length to a server on this machine: a TCP proxy that passes everything on, a little later."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def far(port: int, *, seconds: float) -> Iterator[int]:
    """Give a port that leads to `port`; an answer comes `seconds` later than without, half of it spent on either way."""
    loop = asyncio.new_event_loop()
    proxy = _Proxy(port, seconds / 2)
    server = loop.run_until_complete(asyncio.start_server(proxy.connected, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(proxy.close(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class _Proxy:
    def __init__(self, port: int, seconds: float) -> None:
        self._port = port
        self._seconds = seconds
        self._open: set[asyncio.Task[None]] = set()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            there = await asyncio.open_connection("127.0.0.1", self._port)
            await asyncio.gather(self._passed_on(reader, there[1]), self._passed_on(there[0], writer))
        except (OSError, asyncio.CancelledError):
            writer.close()
        finally:
            self._open.discard(task)

    async def _passed_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Everything from one to the other, each part as late as the one before it: the line holds what is on it."""
        loop = asyncio.get_running_loop()
        arrived: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def read() -> None:
            data = b"?"
            while data:
                try:
                    data = await reader.read(1 << 16)
                except ConnectionError:
                    data = b""
                arrived.put_nowait((loop.time() + self._seconds, data))

        reading = asyncio.ensure_future(read())
        try:
            while True:
                when, data = await arrived.get()
                await asyncio.sleep(when - loop.time())
                if not data:
                    break
                writer.write(data)
                await writer.drain()
        finally:
            reading.cancel()
            writer.close()

    async def close(self, server: asyncio.Server) -> None:
        server.close()
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
