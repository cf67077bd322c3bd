"""Every fixed sentence the bot says, by key, and what is taken out of text before it is kept."""

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

_SECRETS = re.compile(
    r"""
    (?:(?<![0-9A-Za-z])|(?<=\\[nrt]))                      # where a word begins, also in JSON
    (?:
      (?:xoxe[.-])?(?:xox[abeoprs]|xapp)-[0-9A-Za-z-]{10,} # Slack tokens
    | xox[cd]-[0-9A-Za-z%/+=_.-]{10,}                      # Slack tokens of a browser
    | hooks\.slack\.com/(?:services|workflows|triggers)/[0-9A-Za-z/_-]{10,}
    | sk-(?=[a-z_-]{0,40}[0-9A-Z]|[a-z]{16})[0-9A-Za-z_-]{16,}     # OpenAI and Anthropic keys
    | (?:ghp|gho|ghr|ghs|ghu|github_pat)_[0-9A-Za-z_]{20,} # GitHub tokens
    | glpat-[0-9A-Za-z_.-]{20,}                            # GitLab tokens
    | (?:hf|gsk|r8)_[0-9A-Za-z]{20,}                       # Hugging Face, Groq, Replicate
    | (?:sk|rk)_(?:live|test)_[0-9A-Za-z]{10,}             # Stripe
    | (?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])             # AWS access key ids
    | AIza[0-9A-Za-z_-]{35}                                # Google API keys
    | eyJ[0-9A-Za-z_-]{10,500}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}   # JSON web tokens
    | (?P<url>[A-Za-z][0-9A-Za-z+.-]{0,30}://[^\s:/?\#@<>|]{0,100}:)          # …:password@host
      [^\s/?\#<>|]{1,256}(?=@)
    | (?P<bearer>(?i:bearer)\s{1,4})
      (?:(?=[A-Za-z._~+/=-]{0,60}[0-9])[0-9A-Za-z._~+/=-]{20,}|[0-9A-Za-z._~+/=-]{60,})
    )
  | -----BEGIN\ [A-Z ]{0,40}PRIVATE\ KEY-----
    .*?(?:-----END\ [A-Z ]{0,40}PRIVATE\ KEY-----|\Z)
    """,
    re.VERBOSE | re.DOTALL,
)
"""Every repetition that can fail late is bounded, so that no text takes long."""

_UNSEEN = dict.fromkeys(
    code
    for first, last in (
        (0x00, 0x08),
        (0x0B, 0x1F),
        (0x7F, 0x9F),
        (0x200B, 0x200B),
        (0x200E, 0x200F),
        (0x202A, 0x202E),
        (0x2060, 0x2069),
        (0xFEFF, 0xFEFF),
    )
    for code in range(first, last + 1)
)
"""Characters that nobody sees. U+200C and U+200D are none of them: scripts and emoji use them."""


LANGUAGES = ("en", "es", "zh")
"""Languages that the bot reads and answers in."""

_language: ContextVar[str] = ContextVar("language", default="en")
"""The language of whoever is answered. Set where a question is answered, so that no signature
in between has to carry it."""


SPANISH = str.maketrans(",.", ".,")
"""Signs of a number written the English way to those of a Spanish one."""


class _Formatter(Formatter):
    """Fills sentences in; numbers with a format get the signs of the language."""

    def format_field(self, value: Any, format_spec: str) -> str:
        text: str = super().format_field(value, format_spec)
        return text.translate(SPANISH) if format_spec and _language.get() == "es" else text


_FORMATTER = _Formatter()


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Have `say` speak a language inside this block; English where it is not one of ours."""
    token = _language.set(lang if lang in LANGUAGES else "en")
    try:
        yield
    finally:
        _language.reset(token)


def language() -> str:
    """Give the language that `say` speaks now."""
    return _language.get()


def say(key: str, /, **fields: Any) -> str:
    """Give the sentence of a key such as `advisor.ask`, its fields filled in.

    It comes in the language of the `speaking` block around the call, in English outside of any or
    where the language has no such sentence. Raises KeyError for an unknown key or a missing field.
    """
    noun, name = key.split(".", 1)
    sentence = _catalogue(noun, _language.get()).get(name) or _catalogue(noun, "en")[name]
    return _FORMATTER.vformat(sentence, (), fields)


def redact(text: str) -> str:
    """Clean and redact text before it is read, stored or sent.

    What no database or model takes (lone surrogates, control characters but line breaks and tabs,
    what is invisible or turns the direction of writing) goes, and so do secrets: keys, tokens,
    private keys and the password of an address. Doing it twice changes nothing more.

    >>> redact("my key is sk-abcdefghijklmnopqrstuvwx, ok?")
    'my key is [secret removed], ok?'
    >>> redact("postgresql://ann:hunter2@db/app")
    'postgresql://ann:[secret removed]@db/app'
    """
    clean = text.encode("utf-8", "replace").decode().translate(_UNSEEN)
    return _SECRETS.sub(_removed, clean)


def _removed(secret: re.Match[str]) -> str:
    return f"{secret['url'] or secret['bearer'] or ''}[secret removed]"


@cache
def _catalogue(noun: str, lang: str) -> dict[str, str]:
    path = Path(__file__).with_name(f"{noun}.{lang}.toml")
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
