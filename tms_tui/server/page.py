"""The customers' page, and a policy that lets run what stands in it and nothing else."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parent / "web" / "index.html"
_INLINE: Final = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)


@cache
def page() -> tuple[bytes, str]:
    """The page's bytes and its Content-Security-Policy; raises OSError without the file."""
    content = PAGE.read_bytes()
    return content, policy(content.decode())


def policy(html: str) -> str:
    """Allows each inline script and style by its hash."""
    hashes: dict[str, list[str]] = {"script": [], "style": []}
    # Browsers hash what they parsed, and parsing turns every line end into LF.
    for kind, text in _INLINE.findall(html.replace("\r\n", "\n").replace("\r", "\n")):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        hashes[kind].append(f"'sha256-{digest}'")
    return (
        f"default-src 'none'; script-src {_allowed(hashes['script'])}; style-src {_allowed(hashes['style'])}; "
        "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _allowed(hashes: list[str]) -> str:
    return " ".join(hashes) or "'none'"
