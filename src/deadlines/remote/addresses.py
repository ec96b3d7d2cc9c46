"""Which addresses of the network a subscription may be fetched from: those of the public internet.

Anybody may write the address of a feed, or answer for its name, or redirect it. None of them may make us talk to this computer,
to its neighbours or to the metadata service of a cloud. So a name is resolved once, every address that it has is judged, and
the connection goes to one of those very addresses: an answer that changes after the judgement changes nothing.

The networks are those of the IANA special-purpose registries (RFC 6890) that are not globally reachable, written down because
the tables of `ipaddress` differ between versions of Python. Addresses that carry an IPv4 one (mapped, compatible, 6to4, Teredo)
are refused, but for NAT64 (RFC 6052), which providers without IPv4 depend on: there the address inside is judged.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from deadlines.errors import NotCalDAV
from deadlines.remote.wire import Dial, Limits, Origin, dial

Resolve = Callable[[str, int], Iterable[str]]
"""Every address of a host and port, as text; `OSError` where there is none."""

_NAT64: Final = IPv6Network("64:ff9b::/96")
_UNICAST: Final = IPv6Network("2000::/3")
_INTERNAL_6: Final = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)
_INTERNAL_4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by the customers of a provider
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, and where clouds keep their metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)


def is_public(text: str) -> bool:
    """Whether an address is one of the public internet; what is no address is not."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address in _NAT64:
        address = IPv4Address(int(address) & 0xFFFF_FFFF)
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _INTERNAL_4)
    return address.scope_id is None and address in _UNICAST and not any(address in network for network in _INTERNAL_6)


def resolve(host: str, port: int) -> list[str]:
    """What the system's resolver says."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def public_dial(resolve: Resolve = resolve, dial: Dial = dial) -> Dial:
    """A dial that refuses, with `NotCalDAV`, a host any of whose addresses is not public. `dial` connects to a bare address."""

    def connect(origin: Origin, limits: Limits) -> socket.socket:
        until = time.monotonic() + limits.connect
        addresses = list(resolve(origin.host, origin.port))
        for address in addresses:
            if not is_public(address):
                raise NotCalDAV(
                    origin.url("/"),
                    f"{origin.host} is {address}, which is not on the public internet: set insecure = true if that is meant",
                )
        failure = OSError("there is no such host")
        for address in addresses:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            try:
                return dial(Origin(origin.scheme, address, origin.port), Limits(connect=left))
            except OSError as error:
                failure = error
        raise failure

    return connect
