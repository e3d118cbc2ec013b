"""To where events may be brought: J17 of the reliability page, with a resolver that answers what the case says."""

import ipaddress
import socket

import pytest

from milepost.webhooks.addresses import Forbidden, is_public, target

PUBLIC = "93.184.215.14"
PRIVATE = (
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255",
    "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.0.1",
    "192.168.255.255", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::", "2002:a00:1::1", "2001:0:4136:e378:8000:63bf:80ff:fffe", "100::1", "::127.0.0.1",
)  # fmt: skip
OPEN = (PUBLIC, "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:93.184.215.14",
        "64:ff9b::5db8:d70e")  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_is_nowhere_that_is_not_public_whatever_the_name_says(address: str) -> None:
    with pytest.raises(Forbidden, match="which is not public: allow it by name, with --private"):
        target("https://hooks.example.com/x").address(lambda host, port: [address])


@pytest.mark.parametrize("address", OPEN)
def test_is_what_a_name_resolves_to(address: str) -> None:
    assert target("https://hooks.example.com/x").address(lambda host, port: [address]) == address


def test_is_nowhere_where_only_one_of_several_addresses_is_private() -> None:
    with pytest.raises(Forbidden, match=r"10\.0\.0\.1"):
        target("https://hooks.example.com/").address(lambda host, port: [PUBLIC, "10.0.0.1"])


def test_may_be_private_where_the_host_is_named() -> None:
    named = target("http://hooks.internal:8080/x", private="hooks.internal")
    assert named.address(lambda host, port: ["10.0.0.1"]) == "10.0.0.1"
    assert (named.scheme, named.authority) == ("http", "hooks.internal:8080")
    with pytest.raises(Forbidden, match="which is not public"):
        target("https://hooks.example.com/", private="hooks.internal").address(lambda host, port: ["10.0.0.1"])


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "017700000001", "127.1", "0", "[::1]", "[::ffff:7f00:1]", "localhost", "LOCALHOST."],
)
def test_is_not_this_machine_however_it_is_written(host: str) -> None:
    """Resolved for real: the system's own library reads decimal, octal and short forms."""
    with pytest.raises(Forbidden):
        target(f"https://{host}/").address()


MALFORMED = {
    "": "visible",
    "hooks.example.com/x": "host's name",
    "http://hooks.example.com/": "--private",
    "ftp://hooks.example.com/": "https://",
    "file:///etc/passwd": "host's name",
    "gopher://hooks.example.com/": "https://",
    "javascript:alert(1)": "host's name",
    "https:///x": "host's name",
    "https://user@hooks.example.com/": "no user",
    "https://user:secret@hooks.example.com/": "no user",
    "https://hooks.example.com@evil.example/": "no user",
    "https://hooks.example.com/#part": "behind #",
    "https://hooks.example.com:0/": "no port 0",
    "https://hooks.example.com:65536/": "no address",
    "https://hooks.example.com:x/": "no address",
    "https://[::1/": "no address",
    "https://[fe80::1%25eth0]/": "network interface",
    "https://hooks_.example.com/": "host's name",
    "https://-hooks.example.com/": "host's name",
    "https://hooks..example.com/": "host's name",
    "https://%31%32%37.0.0.1/": "host's name",
    "https://höoks.example.com/": "visible",
    "https://127。0。0。1/": "visible",
    "https://hooks.example.com/ x": "visible",
    "https://hooks.example.com/\r\nHost: evil": "visible",
    "https://hooks.example.com\\@evil.example/": "backslash",
    "https://hooks.example.com/" + "x" * 2000: "at most",
}


@pytest.mark.parametrize(("url", "said"), MALFORMED.items())
def test_is_written_in_one_way_alone(url: str, said: str) -> None:
    with pytest.raises(Forbidden, match=said):
        target(url)


def test_has_a_port_and_a_path() -> None:
    assert [
        (found.host, found.port, found.path, found.authority)
        for found in map(
            target, ("https://Hooks.Example.com", "https://h.example:8443/a/b?c=d", "https://[2606:4700::1]/")
        )
    ] == [
        ("hooks.example.com", 443, "/", "hooks.example.com"),
        ("h.example", 8443, "/a/b?c=d", "h.example:8443"),
        ("2606:4700::1", 443, "/", "[2606:4700::1]"),
    ]


def test_is_nowhere_where_nothing_is_found() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror("Name or service not known")

    with pytest.raises(Forbidden, match="has no address: Name or service"):
        target("https://hooks.example.com/").address(unknown)
    with pytest.raises(Forbidden, match="has no address"):
        target("https://hooks.example.com/").address(lambda host, port: [])


def test_is_public_for_every_address_or_for_none_of_a_kind() -> None:
    assert not any(is_public(ipaddress.ip_address(text.partition("%")[0])) for text in PRIVATE)
    assert all(is_public(ipaddress.ip_address(text)) for text in OPEN)
