"""The text of a question as it is read: of the same length, what is no fact blanked out."""

import re
import unicodedata

from bot.advisor.reading.place import ORDERS, UNREAL

LONGEST = 40_000
"""Characters of a question that are read."""
_SENTENCE = re.compile(r"(?<=[.!?。！？])(?=\s|[\u4e00-\u9fff¿¡])|\n|---+|(?<=。)")
_KEPT = "，。；：！？、（）"
"""Wide marks that the patterns tell from their narrow twins."""


def plain(question: str) -> str:
    """Blank orders out and write wide letters and digits narrow; each character stays in place."""
    text = narrow(question[:LONGEST])
    kept, start = [], 0
    for match in (*_SENTENCE.finditer(text), None):
        end = len(text) if match is None else match.end()
        sentence = text[start:end]
        kept.append(" " * len(sentence) if ORDERS.search(sentence) else sentence)
        start = end
    return "".join(kept)


def narrow(text: str) -> str:
    """Write wide letters and digits narrow and control characters as spaces, one for one."""
    return text if text.isascii() and text.isprintable() else "".join(map(_narrow, text))


def real(text: str) -> str:
    """Blank out what is supposed, asked or said of others, which is no fact of the team's case."""
    return UNREAL.sub(lambda match: " " * len(match.group()), text)


def _narrow(char: str) -> str:
    if char == "\n" or (char.isascii() and char.isprintable()):
        return char
    if char in "\u00a0\u2009\u202f":
        return char
    if not char.isprintable() or unicodedata.category(char) == "Zs":
        return " "
    if "\uff01" <= char <= "\uff5e" and char not in _KEPT:
        return chr(ord(char) - 0xFEE0)
    return "¥" if char == "￥" else char
