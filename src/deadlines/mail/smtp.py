"""Mail through an SMTP server (RFC 5321), encrypted with a certificate that holds (RFC 3207, RFC 8314), or to this computer.

One connection per message, one step after the other, so that it is known at each step whether anything can have been sent:

    connect, EHLO, STARTTLS, AUTH, MAIL, RCPT..., DATA      nothing was sent: MailLater (no answer, 4yz), MailRefused (5yz)
    the message and its final dot                           a message without its dot is no message: MailLater
    the answer to the dot                                   250: sent; 4yz, 5yz: not; no answer: MailUncertain

`smtplib` speaks the protocol; its `sendmail` does not tell the last two steps apart, quotes addresses its own way and asks the
name service who we are, so the dialogue is ours. What the server says is shown, cleaned and cut; what we say never is.
"""

from __future__ import annotations

import re
import smtplib  # noqa: TID253 # only wiring loads this file, when something is to be sent
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from deadlines.core.display import clean, cut
from deadlines.core.settings import Mail
from deadlines.errors import CredentialsRefused, DeadlinesError, MailError, MailLater, MailRefused, MailUncertain, Untrusted
from deadlines.mail.base import Envelope, enclose

if TYPE_CHECKING:
    from email.message import EmailMessage

SECONDS: Final = 30.0
"""How long each answer may take."""
_WHO = "[127.0.0.1]"
"""What we call ourselves (RFC 5321 §4.1.3): neither this computer's name nor its network is the server's business."""
_DOT = re.compile(rb"^\.", re.MULTILINE)
_LONGEST = 200
_AUTHENTICATED, _CONTINUE, _GO_AHEAD = 235, 334, 354
_POSITIVE, _TEMPORARY, _PERMANENT = 2, 4, 5


def url_of(mail: Mail) -> str:
    """How errors name the server."""
    return f"{'smtps' if mail.security == 'tls' else 'smtp'}://{mail.host}:{mail.port}"


class SmtpMailer:
    """The `Mailer` to one server. `password` is asked for at each sending; `tls` makes the rules by which it is trusted."""

    def __init__(
        self,
        mail: Mail,
        password: Callable[[], str],
        *,
        tls: Callable[[], ssl.SSLContext] = ssl.create_default_context,
        seconds: float = SECONDS,
    ) -> None:
        self._mail = mail
        self._password = password
        self._tls = tls
        self._seconds = seconds
        self._url = url_of(mail)

    def send(self, message: EmailMessage, *, recipients: Sequence[str]) -> Mapping[str, str]:
        """Hand `message` over for exactly these addresses; gives those that the server would not take."""
        envelope = enclose(message, sender=self._mail.sender, recipients=recipients)
        secret = self._password() if self._mail.username else ""
        with self._session() as smtp:
            self._sign_in(smtp, secret)
            refused = self._address(smtp, envelope)
            self._hand_over(smtp, envelope.content)
        return refused

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """A connection that nobody else can read, or that does not leave this computer."""
        smtp: smtplib.SMTP | None = None
        try:
            smtp = self._connect()
            self._protect(smtp)
            yield smtp
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
        except DeadlinesError:
            raise
        except (OSError, smtplib.SMTPException, UnicodeError, ValueError) as error:
            raise self._failure(error) from error
        finally:
            if smtp is not None:
                smtp.close()

    def _connect(self) -> smtplib.SMTP:
        host, port = self._mail.host.strip("[]"), self._mail.port
        if self._mail.security == "tls":
            return smtplib.SMTP_SSL(host, port, local_hostname=_WHO, timeout=self._seconds, context=self._tls())
        return smtplib.SMTP(host, port, local_hostname=_WHO, timeout=self._seconds)

    def _protect(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if self._mail.security == "starttls":
            if not smtp.has_extn("starttls"):
                raise MailRefused(self._url, 'it offers no STARTTLS on this port; try security = "tls" with its port')
            self._expect(smtp.starttls(context=self._tls()))
            smtp.ehlo()
        elif self._mail.security == "none" and not _is_here(smtp):
            raise MailRefused(self._url, "it is not on this computer, and mail leaves it encrypted only; use starttls or tls")

    def _sign_in(self, smtp: smtplib.SMTP, secret: str) -> None:
        """PLAIN (RFC 4616), else LOGIN, in UTF-8; the others are for lines that are not encrypted."""
        name = self._mail.username
        if not name:
            return
        offered = smtp.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in offered:
            answer = smtp.docmd("AUTH", "PLAIN " + _base64(f"\0{name}\0{secret}"))
        elif "LOGIN" in offered:
            answer = smtp.docmd("AUTH", "LOGIN")
            for word in (name, secret):
                if answer[0] == _CONTINUE:
                    answer = smtp.docmd(_base64(word))
        else:
            ways = ", ".join(offered) or "no way"
            raise CredentialsRefused(
                self._url, f"the server offers {cut(clean(ways), _LONGEST)} to sign in; we know PLAIN and LOGIN"
            )
        if answer[0] // 100 == _PERMANENT:
            raise CredentialsRefused(self._url, f"the server does not take the user name and password ({_said(answer)})")
        if answer[0] != _AUTHENTICATED:
            raise self._no(answer)

    def _address(self, smtp: smtplib.SMTP, envelope: Envelope) -> dict[str, str]:
        """Name the sender and the recipients. Gives those that are refused, unless all are."""
        extra = ""
        if envelope.international:
            if not smtp.has_extn("smtputf8"):
                raise MailRefused(self._url, "it takes no addresses but those in ASCII (RFC 6531)")
            smtp.command_encoding = "utf-8"
            extra = " SMTPUTF8 BODY=8BITMIME"
        self._expect(smtp.docmd("MAIL", f"FROM:<{envelope.sender}>{extra}"))
        refused: dict[str, tuple[int, bytes]] = {}
        for recipient in envelope.recipients:
            answer = smtp.docmd("RCPT", f"TO:<{recipient}>")
            if answer[0] // 100 != _POSITIVE:
                refused[recipient] = answer
        if len(refused) == len(envelope.recipients):
            final = [answer for answer in refused.values() if answer[0] // 100 != _TEMPORARY]
            raise self._no((final or list(refused.values()))[0])
        return {recipient: _said(answer) for recipient, answer in refused.items()}

    def _hand_over(self, smtp: smtplib.SMTP, content: bytes) -> None:
        answer = smtp.docmd("DATA")
        if answer[0] != _GO_AHEAD:
            raise self._no(answer)
        smtp.send(_DOT.sub(b"..", content) + b".\r\n")
        try:
            answer = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            reason = f"{_broken(error, self._seconds)} after it had the whole message: it may have been sent"
            raise MailUncertain(self._url, reason) from error
        if answer[0] < 0:
            raise MailUncertain(self._url, "what it says to the message is not SMTP: it may have been sent")
        self._expect(answer)

    def _expect(self, answer: tuple[int, bytes]) -> None:
        if answer[0] // 100 != _POSITIVE:
            raise self._no(answer)

    def _no(self, answer: tuple[int, bytes]) -> MailError:
        kind = MailLater if answer[0] // 100 == _TEMPORARY else MailRefused
        return kind(self._url, f"the server says {_said(answer)}")

    def _failure(self, error: Exception) -> DeadlinesError:
        """What broke before anything could be sent."""
        match error:
            case smtplib.SMTPResponseException():
                text = error.smtp_error
                return self._no((error.smtp_code, text if isinstance(text, bytes) else text.encode()))
            case ssl.SSLCertVerificationError():
                return Untrusted(self._url, f"the server's certificate is not trusted: {error.verify_message}")
            case ssl.SSLError():
                return MailRefused(
                    self._url, 'it does not speak TLS here; security = "tls" goes with port 465, "starttls" with 587'
                )
            case _:
                return MailLater(self._url, _broken(error, self._seconds))


def _is_here(smtp: smtplib.SMTP) -> bool:
    assert smtp.sock is not None  # it has just answered
    host: str = smtp.sock.getpeername()[0]
    return ip_address(host.partition("%")[0]).is_loopback


def _broken(error: BaseException, seconds: float) -> str:
    """In words; smtplib hides a timeout inside another error."""
    inner = error.__context__ if isinstance(error, smtplib.SMTPServerDisconnected) and error.__context__ else error
    match inner:
        case TimeoutError():
            return f"no answer within {seconds:g} s"
        case smtplib.SMTPException() | ConnectionResetError() | BrokenPipeError():
            return "the server hung up"
        case OSError(strerror=str(reason)):
            return reason[:1].lower() + reason[1:]
        case _:
            return f"what the server says is not SMTP ({type(inner).__name__})"


def _said(answer: tuple[int, bytes]) -> str:
    return cut(clean(f"{answer[0]} {answer[1].decode(errors='replace')}".replace("\n", " ")), _LONGEST)


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode("ascii")
