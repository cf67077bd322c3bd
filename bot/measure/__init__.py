"""Facts of a case measured from a log of chat-completions requests, with no model. Pure.

`measure` reads a log once, line by line. What is held of a request are about forty bytes (when it
came, its tokens, its template, a hash and a sketch of its query), three times that while they are
sorted at the end; no text stands in the result. While reading, some text is held: two thousand
requests at a time from which prompt templates are learnt, and the unchanging text of at most 64
templates.

    request     one line -> the request it holds, in many shapes
    messages    its messages -> text, each piece named by what it is for
    reply       its reply -> text, and the tokens reported
    prompt      a request -> bytes in the order that a cache compares, and its parts
    division    a sample of prompts -> templates, their common prefix and what breaks it
    templates   requests placed into templates as they come
    arrivals    peaks, pattern of the hours, replay of a prefix cache
    repeats     identical and nearly identical queries
    spending    cost today, without a cache, with a reordered prompt
    tally       what is held while a log is read
    traffic     the record of it all, and the case it fills
    report      the record in words
"""

from collections.abc import Iterable

from bot.errors import AskError
from bot.measure.report import lines
from bot.measure.request import UnreadableError, request_in
from bot.measure.tally import Tally
from bot.measure.traffic import Traffic
from bot.texts import say
from bot.texts.words import long_list

__all__ = ["Traffic", "lines", "measure"]

_NAMED = 3


def measure(log: Iterable[bytes | str]) -> Traffic:
    """Give the facts of a log, one request a line, in one pass. The order does not matter.

    Blank lines are passed over, bad ones counted. Raises AskError where no line holds a request.
    """
    tally = Tally()
    for number, line in enumerate(log, start=1):
        if number == 1:
            line = _without_mark(line)
        if not line.strip():
            continue
        try:
            request = request_in(line)
        except UnreadableError as error:
            tally.refuse(number, str(error))
        else:
            tally.take(request)
    if not tally.requests:
        raise AskError(_why_nothing(tally))
    return tally.traffic()


def _without_mark(line: bytes | str) -> bytes | str:
    """Drop the byte order mark that some editors put in front of a file."""
    if isinstance(line, bytes):
        return line.removeprefix(b"\xef\xbb\xbf")
    return line.removeprefix("\ufeff")


def _why_nothing(tally: Tally) -> str:
    if not tally.bad:
        return say("measure.empty_log")
    named = [
        say("measure.fault", line=fault.line, reason=say(f"measure.bad_{fault.reason}"))
        for fault in tally.faults[:_NAMED]
    ]
    return say("measure.nothing", bad=tally.bad, named=long_list(named))
