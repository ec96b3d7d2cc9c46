"""What only a server can do to us: to be away, silent, untrusted, or to want a password."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from tests.cli.tls import expired, self_signed
from tests.mail.test_contract import ACME, KARI, letter
from tests.servers.smtp import PASSWORD, USER, Postbox, postbox

from deadlines.core.settings import Mail
from deadlines.errors import CredentialsRefused, DeadlinesError, MailError, MailLater, MailRefused, MailUncertain, Untrusted
from deadlines.mail.smtp import SmtpMailer, url_of


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("certificate"))


def serving(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def mailer(
    box: Postbox, *, security: str = "none", trusts: Path | None = None, password: str = "", seconds: float = 20
) -> SmtpMailer:
    mail = Mail(host="127.0.0.1", port=box.port, security=security, username=USER if password else "", sender=KARI)
    context = (lambda: ssl.create_default_context(cafile=str(trusts))) if trusts else ssl.create_default_context
    return SmtpMailer(mail, lambda: password, tls=context, seconds=seconds)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_it_is_encrypted_and_signed_in(certificate: Path, security: str) -> None:
    with postbox(tls=serving(certificate), implicit=security == "tls", login=True) as box:
        mailer(box, security=security, trusts=certificate, password=PASSWORD).send(letter(), recipients=[KARI])

    assert [got.recipients for got in box.received] == [(KARI,)]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_gets_no_password(certificate: Path, security: str) -> None:
    asked: list[str] = []
    with postbox(tls=serving(certificate), implicit=security == "tls", login=True) as box:
        with pytest.raises(Untrusted, match="not trusted"):
            mailer(box, security=security, password=PASSWORD).send(letter(), recipients=[KARI])
        asked.extend(str(got) for got in box.received)

    assert asked == []


def test_an_expired_certificate_is_not_trusted(tmp_path: Path) -> None:
    old = expired(tmp_path)
    with postbox(tls=serving(old), implicit=True) as box, pytest.raises(Untrusted, match="expired"):
        mailer(box, security="tls", trusts=old).send(letter(), recipients=[KARI])


def test_without_starttls_nothing_is_sent(certificate: Path) -> None:
    with postbox() as box, pytest.raises(MailRefused, match="no STARTTLS"):
        mailer(box, security="starttls", trusts=certificate).send(letter(), recipients=[KARI])


def test_tls_on_the_wrong_port_is_said() -> None:
    with postbox() as box, pytest.raises(MailRefused, match="does not speak TLS"):
        mailer(box, security="tls").send(letter(), recipients=[KARI])


def test_plain_text_stays_on_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "getpeername", lambda _: ("192.0.2.1", 25))
    with postbox() as box, pytest.raises(MailRefused, match="not on this computer"):
        mailer(box).send(letter(), recipients=[KARI])

    assert box.received == []


def test_a_wrong_password_is_told_without_it() -> None:
    with postbox(login=True) as box, pytest.raises(CredentialsRefused) as refused:
        mailer(box, password="hunter2").send(letter(), recipients=[KARI])

    assert "535" in str(refused.value)
    assert "hunter2" not in repr(refused.value)
    assert box.received == []


def test_login_is_known_where_plain_is_not() -> None:
    with postbox(login=True, offers="LOGIN") as box:
        mailer(box, password=PASSWORD).send(letter(), recipients=[KARI])

    assert len(box.received) == 1


def test_a_server_that_knows_no_way_of_ours_is_given_no_password() -> None:
    with postbox(login=True, offers="") as box, pytest.raises(CredentialsRefused, match="no way to sign in"):
        mailer(box, password=PASSWORD).send(letter(), recipients=[KARI])


def test_a_server_that_is_away_is_tried_later() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        away = Postbox(port=taken.getsockname()[1])
        with pytest.raises(MailLater, match="refused"):
            mailer(away).send(letter(), recipients=[KARI])


@pytest.mark.parametrize(("step", "kind"), [("ehlo", MailLater), ("rcpt", MailLater), ("data", MailUncertain)])
@pytest.mark.parametrize(("how", "says"), [("hang_up", "hung up"), ("silent", r"no answer within 0\.3 s")])
def test_a_line_that_breaks_says_whether_it_can_have_been_sent(step: str, kind: type[MailError], how: str, says: str) -> None:
    with postbox() as box:
        setattr(box, how, step)
        with pytest.raises(MailError, match=says) as error:
            mailer(box, seconds=0.3).send(letter(), recipients=[KARI])

    assert type(error.value) is kind
    assert len(box.received) == (kind is MailUncertain)


def test_a_sender_who_may_not_send_is_said() -> None:
    with postbox() as box:
        box.sender = "553 5.7.1 not your address\x1b[31m"
        with pytest.raises(MailRefused, match=r"553 5\.7\.1 not your address") as error:
            mailer(box).send(letter(), recipients=[KARI])

    assert "\x1b" not in str(error.value)


def test_we_do_not_say_who_this_computer_is() -> None:
    with postbox() as box:
        mailer(box).send(letter(), recipients=[KARI])

    assert box.greeted == ["[127.0.0.1]"]


def test_an_address_outside_ascii_needs_a_server_that_takes_it() -> None:
    with postbox() as box:
        mailer(box).send(letter(to="jürgen@müller.example"), recipients=["jürgen@müller.example"])

    assert [got.recipients for got in box.received] == [("jürgen@müller.example",)]
    assert "jürgen@müller.example".encode() in box.received[0].content


@contextmanager
def chattering(*answers: bytes) -> Iterator[Postbox]:
    """A server that says these lines, one after each of ours, whatever we say."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk() -> None:
            connection, _ = server.accept()
            with connection, connection.makefile("rb") as lines, suppress(ConnectionError):
                for answer in answers:
                    connection.sendall(answer)
                    if not lines.readline():
                        break

        thread = threading.Thread(target=talk)
        thread.start()
        yield Postbox(port=server.getsockname()[1])
        thread.join(10)


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ((b"HTTP/1.1 400 Bad Request\r\n\r\n",), MailError),
        ((b"421 too busy\r\n",), MailLater),
        ((b"554 go away\r\n",), MailRefused),
        ((b"220 hello\r\n", b"250 " + b"x" * 20_000 + b"\r\n"), MailError),
        ((b"220 hello\r\n", b"250-one\r\n250 SMTPUTF8\r\n", b"\xff\xfe\r\n"), MailError),
        ((b"220 hello\r\n", b"502 no\r\n", b"250 HELO\r\n", *[b"250 OK\r\n"] * 3, b"554 no\r\n"), MailRefused),
    ],
)
def test_what_is_no_mail_server_is_an_error_of_ours(answers: tuple[bytes, ...], kind: type[DeadlinesError]) -> None:
    with chattering(*answers) as box, pytest.raises(kind):
        mailer(box, seconds=5).send(letter(), recipients=[KARI, ACME])


def test_a_server_without_smtputf8_refuses_an_address_outside_ascii() -> None:
    with chattering(b"220 hello\r\n", b"250 HELP\r\n") as box, pytest.raises(MailRefused, match="ASCII"):
        mailer(box).send(letter(), recipients=["jürgen@müller.example"])


def test_the_url_says_how_it_is_encrypted() -> None:
    assert url_of(Mail(host="m", port=465, security="tls")) == "smtps://m:465"
    assert url_of(Mail(host="m")) == "smtp://m:587"
