"""A `FakeDav` over real HTTP on loopback, for what only sockets can show: dripping, cut connections, time limits."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.servers.fake import Cut, FakeDav, Reply


@contextmanager
def serve(dav: FakeDav) -> Iterator[str]:
    """Serve until the block ends; gives the URL."""
    lock = threading.Lock()
    stop = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is inherited
            """Tests are quiet."""

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                with lock:
                    reply = dav.handle(self.command, self.path, dict(self.headers), body)
                self.think(reply)
                self.wfile.write(self.head(reply))
                self.body(reply)
            except (Cut, OSError):
                self.close_connection = True

        def think(self, reply: Reply) -> None:
            if reply.thinks and stop.wait(reply.thinks):
                raise Cut

        def head(self, reply: Reply) -> bytes:
            headers = {"Content-Length": str(len(reply.body)), **reply.headers}
            lines = [f"HTTP/1.1 {reply.status} X", *(f"{name}: {value}" for name, value in headers.items())]
            return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

        def body(self, reply: Reply) -> None:
            if reply.cut:
                self.wfile.write(reply.body[: len(reply.body) // 2])
                raise Cut
            if not reply.drip:
                self.wfile.write(reply.body)
                return
            for byte in reply.body:
                if stop.wait(reply.drip):
                    raise Cut
                self.wfile.write(bytes([byte]))

        do_GET = do_PUT = do_DELETE = do_PROPFIND = do_REPORT = do_MKCALENDAR = answer  # noqa: N815 - http.server's names

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = False
        block_on_close = True

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        dav.url = f"http://127.0.0.1:{server.server_port}/"
        yield dav.url
    finally:
        stop.set()
        server.shutdown()
        server.socket.close()
        thread.join()
