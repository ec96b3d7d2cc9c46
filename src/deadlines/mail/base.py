"""The port through which mail leaves, and what a message must be to pass it.

A `Mailer` hands one message over for exactly the recipients that it is told, whatever the header fields say. SMTP knows no
idempotence: when the line is cut between the end of the message and the answer, the message may have been sent
(RFC 1047). That case has an error of its own, `MailUncertain`; after every other error nothing was sent and it is safe to
try again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from deadlines.core.display import clean, cut
from deadlines.errors import InputError

if TYPE_CHECKING:
    from email.message import EmailMessage

_ADDRESS = re.compile(
    r"[^\s\x00-\x1f\x7f-\x9f\ud800-\udfff@<>,;:\"()\[\]\\]+@[^\s\x00-\x1f\x7f-\x9f\ud800-\udfff@<>,;:\"()\[\]\\]+"
)
_LONGEST = 254
"""Octets of an address (RFC 5321 §4.5.3.1.3, without the angle brackets)."""
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\u0085\u2028\u2029]")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_SHOWN = 60


class Mailer(Protocol):
    """Hands messages over to a mail server."""

    def send(self, message: EmailMessage, *, recipients: Sequence[str]) -> Mapping[str, str]:
        """Hand `message` over for exactly these addresses; gives those that the server would not take, with what it said.

        The message brings its `From`, `Date` and `Message-ID`; a `Bcc` field is left out. `InputError` where something is no
        address or a header field could be read as two. `MailRefused` where no recipient is taken; `MailLater`, also for
        recipients that are all to be tried later; `CredentialsRefused`, `Untrusted`: after all of them nothing was sent.
        After `MailUncertain` nobody knows.
        """
        ...


class Envelope(NamedTuple):
    """A message ready to be handed over (RFC 5321 §2.3.1). `international`: an address in it is not ASCII (RFC 6531)."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    international: bool


def enclose(message: EmailMessage, *, sender: str, recipients: Sequence[str]) -> Envelope:
    """Check a message and its addresses, and write it down with CRLF at the end of every line, and nowhere else CR or LF."""
    from email.generator import BytesGenerator  # noqa: PLC0415 # the port's users need not import it
    from email.policy import SMTP  # noqa: PLC0415 # likewise
    from io import BytesIO  # noqa: PLC0415 # likewise

    if not recipients:
        raise InputError("there is nobody to send this mail to")
    people = tuple(dict.fromkeys(map(address, recipients)))
    _check_fields(message)
    fields = (str(value) for name in ("from", "sender", "reply-to", "to", "cc") for value in message.get_all(name, ()))
    international = not all(text.isascii() for text in (address(sender), *people, *_addresses(fields)))
    written = BytesIO()
    BytesGenerator(written, mangle_from_=False, policy=SMTP.clone(utf8=international)).flatten(_without_bcc(message))
    content = _LINE_END.sub(b"\r\n", written.getvalue())
    return Envelope(sender, people, content if content.endswith(b"\r\n") else content + b"\r\n", international)


def address(text: str) -> str:
    """`text`, which is one plain address such as `kari@example.org`; `InputError` where it is not exactly that."""
    if not _ADDRESS.fullmatch(text) or len(text.encode()) > _LONGEST:
        shown = cut(clean(text), _SHOWN)
        raise InputError(
            f"not an address to send mail to: {shown!r}", hint="one address such as kari@example.org, without a name"
        )
    return text


def _check_fields(message: EmailMessage) -> None:
    """No field of any part may hold what ends a line or a string: it would begin another field, or hide the rest."""
    for part in message.walk():
        for name, value in part.items():
            if _CONTROLS.search(str(value)):
                raise InputError(f"the mail's {name} holds a control character: {cut(clean(str(value)), _SHOWN)!r}")


def _addresses(fields: Iterable[str]) -> tuple[str, ...]:
    from email.utils import getaddresses  # noqa: PLC0415 # the port's users need not import it

    return tuple(found for _, found in getaddresses(list(fields)))


def _without_bcc(message: EmailMessage) -> EmailMessage:
    if "bcc" not in message:
        return message
    from copy import copy  # noqa: PLC0415 # rarely needed

    bare = copy(message)
    del bare["bcc"]  # which gives the copy a list of its own
    return bare
