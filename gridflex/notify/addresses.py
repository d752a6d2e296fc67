"""Where a notice may go: an address on the public internet, resolved once and held to.

A name that is asked for twice may be answered differently: so it is resolved here, every address
it has is judged, and the connection goes to the one that was judged.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx

from gridflex.errors import AddressRefused

MOST_URL = 500
Resolve = Callable[[str, int], Sequence[str]]
"""IP addresses of a host; raises OSError where it has none."""


@dataclass(frozen=True)
class Target:
    """An address that may be asked: the URL with an IP for its host, and what the host was called."""

    url: httpx.URL
    host_header: str
    server_name: str


def resolved(host: str, port: int) -> Sequence[str]:
    """By the machine's own resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def checked(text: str, *, allow_private: bool = False) -> httpx.URL:
    """The address as far as it can be judged without asking anyone. Raises AddressRefused."""
    try:
        url = httpx.URL(text.strip())
    except httpx.InvalidURL:
        raise AddressRefused("This is not a web address.") from None
    if len(text) > MOST_URL:
        raise AddressRefused(f"An address has at most {MOST_URL} characters.")
    if url.scheme != "https" and not (allow_private and url.scheme == "http"):
        raise AddressRefused("The address must begin with https://.")
    if not url.host or url.userinfo:
        raise AddressRefused("The address needs a host, and must carry no user name or password.")
    try:
        ipaddress.ip_address(url.host)
    except ValueError:
        return url
    _require_public(url.host, allow_private)
    return url


def target(text: str, *, allow_private: bool = False, resolve: Resolve = resolved) -> Target:
    """The address resolved and judged. Raises AddressRefused where any of its IPs is not public."""
    url = checked(text, allow_private=allow_private)
    name = url.raw_host.decode("ascii")
    try:
        addresses = resolve(name, url.port or (443 if url.scheme == "https" else 80))
    except (OSError, UnicodeError):
        raise AddressRefused(f"The host {name} is not known.") from None
    if not addresses:
        raise AddressRefused(f"The host {name} is not known.")
    for address in addresses:
        _require_public(address, allow_private)
    return Target(url.copy_with(host=addresses[0]), url.netloc.decode("ascii"), name)


def _require_public(text: str, allow_private: bool) -> None:
    """Raises AddressRefused for loopback, private, link-local, site-local, shared, reserved, tunnelled ones."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:  # such as an IPv6 address with a zone
        raise AddressRefused(f"{text} is no public address.") from None
    if allow_private:
        return
    inward = isinstance(address, ipaddress.IPv6Address) and (
        address.sixtofour or address.teredo or address.is_site_local  # fec0::/10 counts as global
    )
    if not address.is_global or address.is_multicast or address.is_reserved or inward:
        raise AddressRefused("The address is private, local or reserved; only public ones are asked.")
