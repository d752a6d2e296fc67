"""Where a notice may go: public addresses only, whatever a name says the second time."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gridflex.errors import AddressRefused
from gridflex.notify.addresses import Resolve, checked, target

PUBLIC, PUBLIC_6 = "93.184.215.14", "2606:2800:21f:cb07::1"


def named(*addresses: str) -> Resolve:
    return lambda _host, _port: addresses


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "192.0.2.7", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0",
        "fc00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
        "2001:db8::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "not an address",
    ],
)  # fmt: skip
def test_what_is_not_public_is_refused_alone_or_beside_a_public_one(address: str) -> None:
    for found in ((address,), (PUBLIC, address), (address, PUBLIC)):
        with pytest.raises(AddressRefused, match=r"private, local or reserved|no public address"):
            target("https://hooks.example/x", resolve=named(*found))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://hooks.example/x", "must begin with https://"),
        ("ftp://hooks.example/x", "must begin with https://"),
        ("hooks.example", "must begin with https://"),
        ("https://", "needs a host"),
        ("https:///path", "needs a host"),
        ("https://user:secret@hooks.example/", "no user name or password"),
        ("https://[::1", "not a web address"),
        ("https://127.0.0.1/x", "private, local or reserved"),
        ("https://[::1]:8443/x", "private, local or reserved"),
        ("https://[::ffff:169.254.169.254]/", "private, local or reserved"),
        (f"https://hooks.example/{'x' * 500}", "at most 500"),
    ],
)
def test_it_is_judged_before_anyone_is_asked(url: str, said: str) -> None:
    with pytest.raises(AddressRefused, match=said):
        checked(url)


def test_a_name_is_resolved_once_and_its_address_held_to() -> None:
    asked: list[tuple[str, int]] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        return [PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

    found = target("https://hooks.example:8443/a?b=1", resolve=rebinding)
    assert (str(found.url), found.host_header, found.server_name) == (
        f"https://{PUBLIC}:8443/a?b=1",
        "hooks.example:8443",
        "hooks.example",
    )
    assert asked == [("hooks.example", 8443)]
    six = target("https://hooks.example/", resolve=named(PUBLIC_6))
    assert str(six.url) == f"https://[{PUBLIC_6}]/"


def test_odd_spellings_of_loopback_end_at_the_resolver(self_resolving: Resolve) -> None:
    for host in ("2130706433", "0x7f.1", "127.1"):
        with pytest.raises(AddressRefused):
            target(f"https://{host}/", resolve=self_resolving)


@pytest.fixture
def self_resolving() -> Resolve:
    from gridflex.notify.addresses import resolved

    return resolved


def test_a_name_nobody_knows_is_refused() -> None:
    def unknown(_host: str, _port: int) -> Sequence[str]:
        raise OSError("no such host")

    for resolve in (unknown, named()):
        with pytest.raises(AddressRefused, match=r"The host hooks\.example is not known"):
            target("https://hooks.example/", resolve=resolve)


def test_an_operator_may_allow_the_own_network() -> None:
    found = target("http://receiver.internal:9000/x", allow_private=True, resolve=named("10.0.0.7"))
    assert str(found.url) == "http://10.0.0.7:9000/x"
    assert str(target("http://127.0.0.1/", allow_private=True, resolve=named("127.0.0.1")).url) == "http://127.0.0.1/"
