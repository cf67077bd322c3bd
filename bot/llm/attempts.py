"""What is decided around each attempt: its name, how long to wait after it, how it is booked."""

import hashlib
import random
import uuid
from typing import Literal

from bot.ledger import Charge, Outcome, Usage
from bot.ledger.usage import UsageSource, about_tokens, usage_from
from bot.llm.requests import Request
from bot.llm.wire import RETRIED, Failure, Heard

_MOST_ATTEMPTS = 5
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 8.0


def operation_of(request: Request, charge: Charge) -> str:
    """Name a question of a step, so that a replayed step continues its count of attempts."""
    asked = "\n".join(message.content for message in request.messages)
    said = hashlib.sha256(asked.encode()).hexdigest()
    of = (charge.team_id, charge.run_id, charge.step, request.model, request.fingerprint, said)
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "/".join(of)))


def wait_after(failure: Failure, times: int) -> float | None:
    """Give the seconds to wait after a failure, or None where asking again cannot help."""
    if failure.kind not in RETRIED or times >= _MOST_ATTEMPTS:
        return None
    if failure.retry_after is not None:
        return failure.retry_after
    longest = min(_FIRST_WAIT * 2.0 ** (times - 1), _LONGEST_WAIT)
    return longest * random.uniform(0.75, 1)


def _usage(heard: Heard, about: int = 0) -> tuple[Usage, UsageSource]:
    """Give what the server reported at the end, else an estimate; an explicit 0 stays 0."""
    if heard.usage is not None and heard.finish is not None:
        return usage_from(heard.usage), "provider"
    return Usage(input_uncached=about, output=about_tokens(heard.text)), "estimated"


def outcome_of(
    heard: Heard,
    status: Literal["ok", "error", "aborted"],
    failure: Failure | None,
    about: int,
    began: float,
) -> Outcome:
    """Say how an attempt ended; `about` is the estimate of its input, `began` a clock's time."""
    unbilled = failure is not None and not failure.may_be_billed
    usage, source = _usage(heard, about)
    if unbilled:
        usage, source = Usage(), "none"
    return Outcome(
        status,
        usage,
        source,
        model=heard.model,
        service_tier=heard.service_tier,
        request_id=heard.request_id,
        error=failure.name if failure else None,
        http_status=failure.status if failure else 200 if heard.model else None,
        first_token_ms=_milliseconds(heard.first_token, began),
    )


def _milliseconds(moment: float | None, began: float) -> int | None:
    return None if moment is None else round((moment - began) * 1000)
