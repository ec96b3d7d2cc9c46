"""A digest as a mail: text and HTML, of which a mail program shows the one that it can (RFC 2046 §5.1.4)."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from deadlines.core.display import clean
from deadlines.digest.html import html
from deadlines.digest.page import Page
from deadlines.digest.text import text

if TYPE_CHECKING:
    from email.message import EmailMessage


def message_id(reader: str, day: date, sender: str, *, salt: str = "") -> str:
    """The Message-ID of a reader's digest of one day: the same at every attempt, so that mail systems can drop a second one.

    `salt` makes another one, for a digest that is sent again on purpose. It tells nobody who the reader is.
    """
    about = sha256(f"{reader}\0{day.isoformat()}\0{salt}".encode("utf-8", "replace")).hexdigest()[:24]
    host = sender.rpartition("@")[2]
    return f"<digest.{day.isoformat()}.{about}@{host if host.isascii() else 'localhost'}>"


def mail(page: Page, *, sender: str, name: str, to: str, identity: str, now: datetime) -> EmailMessage:
    """The mail to one reader. `name` is the sender's, `identity` its Message-ID."""
    from email.headerregistry import Address  # noqa: PLC0415 # what only prints a digest is spared it
    from email.message import EmailMessage  # noqa: PLC0415 # likewise
    from email.utils import format_datetime  # noqa: PLC0415 # likewise

    message = EmailMessage()
    message["From"] = Address(clean(name), addr_spec=sender) if name and sender.isascii() else sender
    message["To"] = to
    message["Subject"] = clean(page.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = identity
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: nobody's holiday notice answers it
    message.set_content(text(page))
    message.add_alternative(html(page), subtype="html")
    message["Content-Language"] = page.language.replace("_", "-")
    return message
