"""Which model the settings mean, and what they lack."""

from datetime import UTC, datetime

from bot.errors import SetupError
from bot.ledger import Ledger
from bot.ledger.prices import PRICES_AS_OF, current_models, price_at
from bot.llm.models import LLM, LOCAL, OPENAI
from bot.settings import Settings
from bot.texts import say


def open_llm(settings: Settings, ledger: Ledger, *, allow_local: bool = False) -> LLM | None:
    """Open the models of the settings, or give None where none is configured.

    Raises as `has_llm` does.
    """
    if not has_llm(settings, allow_local=allow_local):
        return None
    if settings.model == LOCAL:
        from bot.llm import local

        return LLM(settings, ledger, local=local.start())
    return LLM(settings, ledger)


def has_llm(settings: Settings, *, allow_local: bool = False) -> bool:
    """Say whether the settings name a model that can be opened.

    Raises SetupError where they name half of one, one whose price is unknown, or the tiny packaged
    one outside the playground.
    """
    if settings.model is None:
        _refuse_half(settings)
        return False
    if settings.model == LOCAL:
        if not allow_local:
            raise SetupError(say("llm.local_refused"))
        return True
    base_url = settings.openai_base_url or OPENAI
    if base_url == OPENAI and settings.openai_api_key is None:
        raise SetupError(say("llm.no_key", model=settings.model))
    _refuse_unpriced(settings, base_url)
    return True


def _refuse_half(settings: Settings) -> None:
    if settings.openai_api_key is None and settings.openai_base_url is None:
        return
    offers = "; ".join(
        say(
            "llm.offer",
            model=offer.model,
            input=f"{offer.price.input:.2f}",
            output=f"{offer.price.output:.2f}",
            shutdown=offer.shutdown or say("llm.no_shutdown"),
        )
        for offer in current_models()
    )
    raise SetupError(say("llm.no_model", offers=offers, as_of=PRICES_AS_OF))


def _refuse_unpriced(settings: Settings, base_url: str) -> None:
    today = datetime.now(UTC).date()
    for model in filter(None, (settings.model, settings.model_cheap)):
        status, _ = price_at(base_url, model, on=today, input_tokens=1)
        if status == "unpriced" and not settings.allow_unpriced:
            raise SetupError(say("ledger.unpriced", model=model))
