"""Pages of one file: what goes into them stays text, and only their own scripts run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files

import orjson
from markupsafe import escape


def page_file(package: str, name: str) -> str:
    """The text of a file in the folder ``page`` of a package, with line breaks as browsers count them."""
    text = files(package).joinpath("page", name).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n")


def html_text(text: object) -> str:
    """Text that stays text in HTML."""
    return str(escape(str(text)))


def json_block(value: object) -> str:
    """JSON that cannot end the script element it stands in."""
    text = orjson.dumps(value).decode()
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def policy(scripts: Sequence[str]) -> str:
    """A content security policy under which exactly these inline scripts run and nothing is fetched."""
    digests = (hashlib.sha256(script.encode("utf-8")).digest() for script in scripts)
    hashes = [f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in digests]
    content = "; ".join(
        (
            "default-src 'none'",
            "img-src data: blob:",
            "style-src 'unsafe-inline'",
            " ".join(("script-src", *(hashes or ["'none'"]))),
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return f'<meta http-equiv="Content-Security-Policy" content="{content}">'
