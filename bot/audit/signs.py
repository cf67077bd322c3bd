"""What a row shows by itself: who may have written it, how it is dressed, what should not be there.

Pure. Screens by phrases and by check digits; nothing that they find is repeated.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from bot.audit.rows import Row
from bot.texts import redact

PROVENANCE = ("names_itself", "refuses", "prompted")
UNSAFE = ("weapons", "self_harm", "minors", "hate", "drugs", "cyber", "fraud")
PERSONAL = ("email", "phone", "card", "iban", "national_id")

_LIST = re.compile(
    r"(?m)^[ \t]{0,8}(?:[-*•]|\d{1,3}[.)])[ \t]+\S.*\n\s{0,20}(?:[-*•]|\d{1,3}[.)])[ \t]"
)
"""Two items at least."""
_HEADING = re.compile(r"(?m)^#{1,6}[ \t]+\S")
_BOLD = re.compile(r"\*\*[^*\n]{1,200}\*\*|__[^_\n]{1,200}__")
_REMOVED = "[secret removed]"

_EMAIL = re.compile(r"(?i)(?<![\w.+-])[\w.+-]{1,64}@((?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24})\b")
_NOBODY = re.compile(r"(?i)^(?:.*\.)?(?:example\.(?:com|org|net)|.*\.(?:example|test|invalid))$")
_PHONE = re.compile(
    r"(?<![\w+.,/-])(?:\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{2,4}(?:[ .-]?\d{2,4}){1,4}"
    r"|\(\d{3}\) ?\d{3}-\d{4}|\d{3}-\d{3}-\d{4})(?![\w-])"
)
_CARD = re.compile(r"(?<![\w.-])(?=4|5[1-5]|2[2-7]|3[47]|6(?:011|5))(?:\d[ -]?){12,18}\d(?![\w-])")
"""Visa, Mastercard, American Express, Discover."""
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_SSN = re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")
_DNI = re.compile(r"(?<!\w)(\d{8})-?([A-Z])(?!\w)")
_CHINESE_ID = re.compile(r"(?<!\w)\d{17}[\dXx](?!\w)")
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_CHINESE_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def provenance_of(row: Row) -> frozenset[str]:
    """Say which signs of a model's hand a row shows, of PROVENANCE."""
    signs = _phrases("provenance")
    found = {
        name
        for name in ("names_itself", "refuses")
        if any(signs[name].search(_plain(reply)) for reply in row.replies)
    }
    return frozenset(
        found | ({"prompted"} if signs["prompted"].search(_plain(row.system)) else set())
    )


def style_of(reply: str) -> frozenset[str]:
    """Say how a reply is dressed: lists, headings, bold, pleasantries."""
    shown = {"lists": _LIST, "headings": _HEADING, "bold": _BOLD} | _phrases("style")
    plain = _plain(reply.strip())
    return frozenset(name for name, pattern in shown.items() if pattern.search(plain))


def unsafe_in(row: Row) -> frozenset[str]:
    """Say which categories of UNSAFE a row touches; a reply that refuses makes it safe."""
    if _phrases("provenance")["refuses"].search(_plain(row.output)):
        return frozenset()
    text = _plain("\n".join((row.system, row.input, *row.replies)))
    return frozenset(name for name, pattern in _phrases("unsafe").items() if pattern.search(text))


def has_secret(text: str) -> bool:
    """Say whether a text holds a key, a token or a password of an address."""
    return redact(text).count(_REMOVED) > text.count(_REMOVED)


def personal_in(text: str) -> frozenset[str]:
    """Say which kinds of PERSONAL a text holds.

    Addresses reserved for examples do not count; numbers of cards, accounts and persons count only
    with right check digits, where their kind has any.

    >>> sorted(personal_in("ann@firm.org, card 4111 1111 1111 1111"))
    ['card', 'email']
    """
    return frozenset(_personal(text))


def _personal(text: str) -> Iterator[str]:
    if any(not _NOBODY.match(found[1]) for found in _EMAIL.finditer(text)):
        yield "email"
    if not any(character.isdigit() for character in text):
        return
    if _PHONE.search(text):
        yield "phone"
    if any(_luhn(_digits(found[0])) for found in _CARD.finditer(text)):
        yield "card"
    if any(_iban(found[0]) for found in _IBAN.finditer(text)):
        yield "iban"
    if _SSN.search(text) or _has_dni(text) or _has_chinese_id(text):
        yield "national_id"


def _digits(text: str) -> list[int]:
    return [int(character) for character in text if character.isdecimal()]


def _luhn(digits: list[int]) -> bool:
    """Check the last digit of a card number (ISO/IEC 7812-1)."""
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _iban(text: str) -> bool:
    """Check an account number (ISO 13616, modulo 97)."""
    plain = text.replace(" ", "")
    if not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(one, 36)) for one in plain[4:] + plain[:4])) % 97 == 1


def _has_dni(text: str) -> bool:
    found = _DNI.finditer(text)
    return any(_DNI_LETTERS[int(one[1]) % 23] == one[2] for one in found)


def _has_chinese_id(text: str) -> bool:
    """Check the last character of a Chinese identity number (GB 11643-1999)."""
    for found in _CHINESE_ID.finditer(text):
        digits = [int(one) for one in found[0][:17]]
        total = sum(a * b for a, b in zip(digits, _CHINESE_WEIGHTS, strict=True))
        if "10X98765432"[total % 11] == found[0][-1].upper():
            return True
    return False


def _plain(text: str) -> str:
    """Give a text as the phrases are written: in small letters, with straight apostrophes."""
    return text.lower().replace("’", "'")


@cache
def _phrases(kind: str) -> dict[str, re.Pattern[str]]:
    data = tomllib.loads(Path(__file__).with_name("signs.toml").read_text("utf-8"))
    return {name: _any_of(patterns) for name, patterns in data[kind].items()}


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
