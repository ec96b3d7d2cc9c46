"""A real SMTP server on loopback that keeps what it takes, and can be told to misbehave at each step."""

from __future__ import annotations

import asyncio
import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, NamedTuple

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

USER, PASSWORD = "kari", "s3cret æøå"


class Received(NamedTuple):
    """One message as the server has it."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """Parsed back."""
        found = message_from_bytes(self.content, policy=default)
        assert isinstance(found, EmailMessage)
        return found


@dataclass
class Postbox:
    """What the server has taken, and what it says: `recipients` maps an address to an answer, `data` is the answer to a message.

    `hang_up` and `silent` name the step (`ehlo`, `rcpt`, `data`) at which the line is cut or nothing is said any more; at
    `data` the message has been taken by then. `greeted` is who callers said they are, `taken` is set
    with the first message.
    """

    port: int = 0
    received: list[Received] = field(default_factory=list)
    recipients: dict[str, str] = field(default_factory=dict)
    data: str = "250 taken"
    sender: str = ""
    hang_up: str = ""
    silent: str = ""
    greeted: list[str] = field(default_factory=list)
    taken: threading.Event = field(default_factory=threading.Event)

    async def handle_EHLO(self, server: SMTP, session: Session, _: Envelope, hostname: str, answers: list[str]) -> list[str]:  # noqa: N802 # aiosmtpd's hook
        self.greeted.append(hostname)
        session.host_name = hostname
        await self._trouble("ehlo", server)
        return answers

    async def handle_MAIL(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 # aiosmtpd's hook
        if self.sender:
            return self.sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, _session: Session, envelope: Envelope, address: str, _: list[str]) -> str:  # noqa: N802 # aiosmtpd's hook
        await self._trouble("rcpt", server)
        if address in self.recipients:
            return self.recipients[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 # aiosmtpd's hook
        if self.data.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.received.append(Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
            self.taken.set()
        await self._trouble("data", server)
        return self.data

    async def _trouble(self, step: str, server: SMTP) -> None:
        if self.hang_up == step:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        if self.silent == step:
            await asyncio.sleep(3600)


@contextmanager
def postbox(
    *, tls: ssl.SSLContext | None = None, implicit: bool = False, login: bool = False, offers: str = "PLAIN LOGIN"
) -> Iterator[Postbox]:
    """A server. `tls`: for STARTTLS, or from the start where `implicit`; `login`: USER must sign in, in a way it `offers`."""
    box = Postbox()

    def authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:  # noqa: ANN401 # aiosmtpd's
        good = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=False)

    def protocol() -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of passwords without TLS, which is what some tests want
            return SMTP(
                box,
                hostname="mail.example.org",
                enable_SMTPUTF8=True,
                tls_context=None if implicit else tls,
                require_starttls=tls is not None and not implicit,
                authenticator=authenticate if login else None,
                auth_required=login,
                auth_require_tls=False,
                auth_exclude_mechanism=[way for way in ("PLAIN", "LOGIN") if way not in offers.split()],
                loop=asyncio.get_running_loop(),
            )

    ready, stop = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        loops.append(loop)
        server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=tls if implicit else None)
        box.port = server.sockets[0].getsockname()[1]
        ready.set()
        await stop.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(10)
        yield box
    finally:
        loops[0].call_soon_threadsafe(stop.set)
        thread.join(10)
