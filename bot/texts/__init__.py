"""Every fixed sentence the bot says, by key, and what is taken out of text before it is kept."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_SECRETS = re.compile(
    r"""
    (?:xox[abeoprs]|xapp)-[0-9A-Za-z-]{10,}            # Slack tokens
  | sk-[0-9A-Za-z_-]{16,}                              # OpenAI-style keys
  | (?:ghp|gho|ghs|ghu|github_pat)_[0-9A-Za-z_]{20,}   # GitHub tokens
  | AKIA[0-9A-Z]{16}                                   # AWS access key ids
  | AIza[0-9A-Za-z_-]{35}                              # Google API keys
  | eyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}   # JSON web tokens
  | -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
    """,
    re.VERBOSE | re.DOTALL,
)


def say(key: str, /, *, lang: str = "en", **fields: Any) -> str:
    """Give the sentence of a key such as `advisor.ask` in a language, its fields filled in.

    Falls back to English where the language has no such sentence. Raises KeyError for an unknown
    key or a missing field.
    """
    noun, name = key.split(".", 1)
    sentence = _catalogue(noun, lang).get(name) or _catalogue(noun, "en")[name]
    return sentence.format(**fields)


def redact(text: str) -> str:
    """Take secrets (API keys, tokens, private keys) out of text before it is stored or sent.

    >>> redact("my key is sk-abcdefghijklmnopqrstuvwx, ok?")
    'my key is [secret removed], ok?'
    """
    return _SECRETS.sub("[secret removed]", text)


@cache
def _catalogue(noun: str, lang: str) -> dict[str, str]:
    path = Path(__file__).with_name(f"{noun}.{lang}.toml")
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
