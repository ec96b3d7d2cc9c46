"""An invitation, or its cancellation, as a mail (iMIP, RFC 6047): a text for people, and the calendar object for their program.

The two are alternatives of each other, the calendar object last: who can read it shows buttons, who cannot shows the text. The
`method` of its content type says what its METHOD says, which RFC 6047 §2.4 wants.
"""

from __future__ import annotations

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import NamedTuple

from deadlines.core.display import clean
from deadlines.errors import InputError
from deadlines.mail.base import address

_METHOD = re.compile(r"^METHOD:([A-Z]+)\r?$", re.MULTILINE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


class Letter(NamedTuple):
    """What is said to whom. `calendar` is an iCalendar text with a METHOD; `sender` and `to` are plain addresses."""

    sender: str
    name: str
    to: tuple[str, ...]
    subject: str
    text: str
    calendar: str
    message_id: str
    reply_to: str = ""
    language: str = "en"
    """The code of the language of `text`, such as `nb` or `pt_BR`."""


def invitation_message(letter: Letter, *, now: datetime) -> EmailMessage:
    """The mail. `InputError` where an address is none, or a field could be read as two."""
    found = _METHOD.search(letter.calendar)
    method = found[1] if found else "PUBLISH"
    message = EmailMessage(policy=SMTP)
    message["From"] = _mailbox(letter.sender, letter.name)
    message["To"] = [_mailbox(one) for one in letter.to]
    message["Subject"] = _one_line("subject", letter.subject)
    message["Date"] = now
    message["Message-ID"] = f"<{_one_line('message-id', letter.message_id)}>"
    if letter.reply_to:
        message["Reply-To"] = [_mailbox(letter.reply_to, letter.name)]
    message.set_content(letter.text, cte="quoted-printable")
    message["Content-Language"] = _one_line("language", letter.language.replace("_", "-"))  # moves along into the part
    params = {"method": method, "component": "VEVENT"}
    message.add_alternative(letter.calendar, subtype="calendar", cte="base64", params=params)  # not a line end is touched
    return message


def _mailbox(plain: str, name: str = "") -> Address:
    user, _, domain = address(plain).rpartition("@")
    return Address(display_name=_one_line("name", name), username=user, domain=domain)


def _one_line(what: str, text: str) -> str:
    if _CONTROLS.search(text):
        raise InputError(f"the {what} of a mail must be one line without control characters: {clean(text)!r}")
    return text
