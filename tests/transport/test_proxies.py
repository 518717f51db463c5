"""Which proxy the environment puts between, and when it does not."""

import pytest

from tests.transport.scripted import ODD_PROXIES
from tms_tui.transport.addresses import ServerAddress
from tms_tui.transport.proxies import proxy_for
from tms_tui.transport.trust import BadSetting

FAR = ServerAddress.parse("https://chat.example.com")
VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "http_proxy", "no_proxy", "NO_PROXY")


@pytest.fixture(autouse=True)
def _no_proxy_of_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({}, None),
        ({"https_proxy": "http://proxy.example:3128"}, "http://proxy.example:3128"),
        ({"https_proxy": "proxy.example:3128"}, "http://proxy.example:3128"),
        ({"all_proxy": "https://anna:pw@proxy.example"}, "https://anna:pw@proxy.example"),
        ({"http_proxy": "http://proxy.example:3128"}, None),
        ({"https_proxy": "http://proxy.example:3128", "no_proxy": "example.com"}, None),
    ],
)
def test_the_usual_variables(environment: dict[str, str], url: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    proxy = proxy_for(FAR)
    assert (proxy.url if proxy else None) == url
    assert "pw" not in repr(proxy)


@pytest.mark.parametrize("typed", ["http://127.0.0.1:8080", "https://localhost", "https://[::1]"])
def test_none_for_this_machine(typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "http://proxy.example:3128")
    assert proxy_for(ServerAddress.parse(typed)) is None


def test_none_for_what_is_not_encrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("all_proxy", "http://proxy.example:3128")
    assert proxy_for(ServerAddress.parse("http://chat.example.com", allow_cleartext=True)) is None


@pytest.mark.parametrize("odd", ODD_PROXIES)
def test_what_makes_no_sense_is_said(odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", odd)
    with pytest.raises(
        BadSetting, match=r"^https_proxy (names a|does not hold).* or name chat\.example\.com in NO_PROXY"
    ):
        proxy_for(FAR)


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
def test_a_proxy_of_a_kind_that_is_not_spoken_is_named_with_its_variable_and_without_its_password(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "socks5h://anna:pw@proxy.example:1080")
    with pytest.raises(BadSetting) as error:
        proxy_for(FAR)
    assert str(error.value).startswith(f"{variable} names a SOCKS proxy (proxy.example:1080), and only http:// ")
    assert "pw" not in str(error.value)


@pytest.mark.parametrize(
    ("typed", "except_for", "goes_through"),
    [
        ("https://10.1.2.3", "10.0.0.0/8", False),
        ("https://11.1.2.3", "10.0.0.0/8", True),
        ("https://10.1.2.3", "localhost, 10.0.0.0/8 ,example.org", False),
        ("https://192.168.1.7", "192.168.1.7", False),
        ("https://192.168.1.7:8443", "192.168.1.7:8443", False),
        ("https://192.168.1.7", "192.168.1.7:8443", True),
        ("https://[2001:db8::7]", "2001:db8::/32", False),
        ("https://[2001:db8::7]", "[2001:db8::7]", False),
        ("https://[2001:dba::7]", "2001:db8::/32", True),
        ("https://chat.example.com", "10.0.0.0/8", True),
        ("https://chat.example.com", "*", False),
        ("https://chat.example.com", ".example.com", False),
        ("https://chat.example.com", "*.example.com", False),
        ("https://chat.example.com", "EXAMPLE.com", False),
        ("https://chat.example.com:8443", "example.com:443", True),
        ("https://chat.notexample.com", "example.com", True),
        ("https://chat.example.com", "10.0.0.0/99, [::1, :x", True),
    ],
)
def test_no_proxy_names_hosts_addresses_and_networks(
    typed: str, except_for: str, goes_through: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", except_for)
    assert (proxy_for(ServerAddress.parse(typed)) is not None) is goes_through
