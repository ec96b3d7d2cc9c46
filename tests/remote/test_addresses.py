from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from deadlines.errors import NotCalDAV
from deadlines.remote.addresses import is_public, public_dial, resolve
from deadlines.remote.wire import Limits, Origin

PUBLIC = "93.184.215.14"
HOST = Origin("https", "feeds.example", 443)


@pytest.mark.parametrize(
    "address", [PUBLIC, "1.1.1.1", "172.15.255.255", "172.32.0.1", "223.255.255.255", "2606:4700::1111", "64:ff9b::101:101"]
)
def test_addresses_of_the_public_internet(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",  # noqa: S104 - an address to be refused
        "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1",
        "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8", "fe80::1", "fe80::1%eth0", "fec0::1",
        "fc00::1", "fd12:3456::1", "ff02::1", "100::1", "2001::1", "2001:0:7f00:1::", "2001:db8::1", "2002:7f00:1::", "3fff::1",
        "5f00::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::a00:1", "64:ff9b:1::101:101", "4000::1",
        "2606:4700::1%eth0", "", "localhost", "127.1", "0x7f000001", "2130706433",
    ],
)  # fmt: skip
def test_all_other_addresses_are_inside(address: str) -> None:
    assert not is_public(address)


class Network:
    """Remembers to what was connected."""

    def __init__(self, *broken: str) -> None:
        self.called: list[str] = []
        self.broken = broken

    def __call__(self, origin: Origin, _limits: Limits) -> socket.socket:
        self.called.append(origin.host)
        if origin.host in self.broken:
            raise ConnectionRefusedError
        return socket.socket()


def answers(*turns: list[str]) -> Callable[[str, int], list[str]]:
    """A name whose addresses are other ones each time it is asked for."""
    left = iter(turns)
    return lambda _host, _port: next(left)


def test_the_address_that_was_judged_is_the_one_connected_to() -> None:
    """The name says something else by then."""
    network = Network()
    with public_dial(answers([PUBLIC], ["127.0.0.1"]), network)(HOST, Limits()):
        pass

    assert network.called == [PUBLIC]


@pytest.mark.parametrize("found", [["10.0.0.1"], [PUBLIC, "10.0.0.1"], ["::1", PUBLIC], ["::ffff:10.0.0.1"]])
def test_one_address_inside_is_enough_to_refuse(found: list[str]) -> None:
    network = Network()

    with pytest.raises(NotCalDAV, match=r"feeds\.example is .* not on the public internet"):
        public_dial(answers(found), network)(HOST, Limits())
    assert network.called == []


def test_the_next_address_is_tried() -> None:
    network = Network(PUBLIC)
    with public_dial(answers([PUBLIC, "1.1.1.1"]), network)(HOST, Limits()):
        pass

    assert network.called == [PUBLIC, "1.1.1.1"]
    with pytest.raises(ConnectionRefusedError):
        public_dial(answers([PUBLIC]), network)(HOST, Limits())
    with pytest.raises(TimeoutError):
        public_dial(answers([PUBLIC]), network)(HOST, Limits(connect=0))


def test_a_name_without_addresses_is_no_host() -> None:
    with pytest.raises(OSError, match="no such host"):
        public_dial(answers([]))(HOST, Limits())


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "localhost"])
def test_the_system_knows_other_spellings_and_they_are_judged_too(host: str) -> None:
    assert {address for address in resolve(host, 80) if address != "::1"} <= {"127.0.0.1"}
    with pytest.raises(NotCalDAV):
        public_dial()(Origin("http", host, 80), Limits())
