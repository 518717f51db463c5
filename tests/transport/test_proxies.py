"""Which proxy the environment puts between, and when it does not."""

import pytest

from tests.transport.scripted import ODD_PROXIES
from tms_tui.transport.addresses import ServerAddress
from tms_tui.transport.proxies import BadProxy, proxy_for

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
    with pytest.raises(BadProxy, match="named in the environment is"):
        proxy_for(FAR)
