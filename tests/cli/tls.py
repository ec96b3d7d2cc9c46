"""A TLS server on loopback with a certificate that nobody should trust."""

from __future__ import annotations

import http.server
import re
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def self_signed(folder: Path) -> Path:
    """A certificate for 127.0.0.1 with its key, in one file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not here")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    kind = ("-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    name = ("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1")
    command = [openssl, "req", *kind, *name, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return _joined(folder / "both.pem", certificate.read_text(), key.read_text())


def expired(folder: Path) -> Path:
    """The same, over since 2001. Its signature does not hold any more, which nobody checks on a certificate that is trusted."""
    certificate = self_signed(folder)
    ssl_text = certificate.read_text()
    encoded = ssl.PEM_cert_to_DER_cert(ssl_text[: ssl_text.index("-----END CERT") + len("-----END CERTIFICATE-----\n")])
    years = iter((b"000101000000Z", b"010101000000Z"))
    aged = re.sub(rb"\d{12}Z", lambda _: next(years), encoded, count=2)
    return _joined(folder / "aged.pem", ssl.DER_cert_to_PEM_cert(aged), (folder / "key.pem").read_text())


def _joined(path: Path, *parts: str) -> Path:
    path.write_text("".join(parts), encoding="ascii")
    return path


@contextmanager
def tls_server(certificate: Path) -> Iterator[str]:
    """Accept connections with this certificate; gives the URL."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that hangs up is what we want to see."""

    server = Server(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
