"""A `Mailer` that keeps what it is given; it passes the contract suite of the real one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage

from tests.servers.smtp import Received

from deadlines.errors import MailError, MailLater, MailRefused, MailUncertain
from deadlines.mail.base import enclose

URL = "smtp://127.0.0.1:25"


@dataclass
class FakeMailer:
    """`refuses` maps an address to the server's answer; `trouble` is raised instead of sending, once it is set."""

    sender: str = "kari@example.org"
    refuses: dict[str, str] = field(default_factory=dict)
    trouble: MailError | None = None
    received: list[Received] = field(default_factory=list)

    def send(self, message: EmailMessage, *, recipients: Sequence[str]) -> Mapping[str, str]:
        envelope = enclose(message, sender=self.sender, recipients=recipients)
        refused = {one: self.refuses[one] for one in envelope.recipients if one in self.refuses}
        taken = tuple(one for one in envelope.recipients if one not in refused)
        if not taken:
            final = [answer for answer in refused.values() if not answer.startswith("4")]
            raise (MailRefused if final else MailLater)(URL, f"the server says {(final or list(refused.values()))[0]}")
        if self.trouble is None or isinstance(self.trouble, MailUncertain):
            self.received.append(Received(self.sender, taken, envelope.content))
        if self.trouble is not None:
            raise self.trouble
        return refused
