"""How a model would be trained: method, base, starting values and examples. All numbers that no
finding gives are starting values of ours."""

from dataclasses import dataclass

from bot.advisor.deciding.market import Offer
from bot.advisor.telling.recipe.ground import Ground, offer_of
from bot.advisor.telling.recipe.records import tell
from bot.texts.words import count, exact, listed, usd

FULL_FROM = 100_000.0
"""Pairs from which full tuning is worth comparing (E35)."""
HARD_FROM = 20_000.0
"""The same for code, one of the hard fields of E35; where it begins is our assumption."""
REPLAY, MORE_REPLAY = 0.1, 0.2
PILOT_PARTS = (0.25, 0.5, 1.0)
TEACHER_ITEMS, MOST_TEACHER_ITEMS = 20_000.0, 50_000.0
"""Items that a teacher labels: as in the cost table."""
REINFORCED_ITEMS = 1000.0
"""Requests whose answers a program checks that reinforcement tuning starts with: ours."""
RFT = frozenset(("azure", "bedrock", "fireworks", "tinker"))
"""Platforms whose documentation offers reinforcement tuning, or training loops of one's own."""
SHUTDOWN_WARNING_DAYS = 540


@dataclass(frozen=True)
class Size:
    """Starting values for a number of examples."""

    epochs: str
    rank: int
    rate: str
    batch: int


def size_of(examples: float, *, full: bool) -> Size:
    """Give starting values: few examples are passed over more often and in smaller batches."""
    rank = 64 if full else 16
    if examples < 1000:
        return Size("2-3", rank, "2e-4", 8)
    if examples < 10_000:
        return Size("1-2", rank, "2e-4", 16)
    return Size("1-2", rank, "1e-4", 32)


def examples_of(ground: Ground) -> float:
    """Give how many examples are left to train on once the test is set aside."""
    if ground.way == "distill":
        return min(ground.case.unlabelled_items or TEACHER_ITEMS, MOST_TEACHER_ITEMS)
    if is_reinforced(ground) and ground.case.labelled_examples is None:
        return min(REINFORCED_ITEMS, max(100.0, ground.setting.requests / 10))
    labels, items = ground.setting.labels, ground.trial.items
    return labels if ground.case.test_items or labels < 2 * items else labels - items


def is_encoder(ground: Ground) -> bool:
    """Whether a small classifier is trained instead of a language model."""
    return ground.own and ground.case.task == "classification"


def is_reinforced(ground: Ground) -> bool:
    """Whether a program's check is the reward."""
    return ground.kind == "unreliable" and ground.case.reward_verifiable is not False


def is_full(ground: Ground) -> bool:
    """Whether full tuning is worth comparing with LoRA."""
    hard = ground.case.task == "code"
    return examples_of(ground) >= (HARD_FROM if hard else FULL_FROM)


def method(ground: Ground) -> tuple[str, ...]:
    """Say which method, and LoRA or full."""
    if is_encoder(ground):
        return (tell("method_encoder"),)
    if is_reinforced(ground):
        return (tell("method_rft"), tell("method_lora"))
    weights = tell("method_full" if is_full(ground) else "method_lora")
    written = ground.case.task in ("generation", "general_assistant")
    after = tell("method_preference") if written else ""
    return (tell("method_sft"), weights, after)


def starting_values(ground: Ground) -> tuple[str, ...]:
    """Give hyperparameters to begin with."""
    if is_encoder(ground):
        return (tell("values_encoder"),)
    if is_reinforced(ground):
        return (tell("values_rft"),)
    size = size_of(examples_of(ground), full=is_full(ground))
    words = {"epochs": size.epochs, "rank": size.rank, "alpha": 2 * size.rank}
    told = tell("values_lora", rate=size.rate, batch=size.batch, **words)
    auto = "" if ground.own else tell("values_auto", epochs=size.epochs)
    return (told, auto)


def examples(ground: Ground) -> tuple[str, ...]:
    """Say how many examples of what kind to train on."""
    amount = examples_of(ground)
    words = {"n": count(amount)}
    if ground.kind == "ignores_passage":
        kind = tell("examples_reader", **words)
    elif is_reinforced(ground):
        kind = tell("examples_rft", **words)
    elif ground.case.labelled_examples is None and ground.way != "distill":
        kind = tell("examples_assumed", **words)
    else:
        kind = tell("examples_labelled", **words)
    share = MORE_REPLAY if is_full(ground) else REPLAY
    replay = "" if is_encoder(ground) else tell("examples_replay", share=f"{share:.0%}")
    classes = ground.case.classes
    cover = "" if classes is None else tell("examples_classes", classes=count(classes))
    return (kind, tell("examples_hard"), replay, cover)


def pilot_sizes(ground: Ground) -> str:
    """Give the numbers of examples that a learning curve is measured at."""
    amount = examples_of(ground)
    return listed(count(max(10, amount * part)) for part in PILOT_PARTS)


def platform(ground: Ground) -> tuple[str, ...]:
    """Name a platform that is open to this team, its base, how it serves and what it costs."""
    offer = offer_of(ground)
    if offer is None:
        asked = ground.case.platform
        return (tell("platform_none", name=asked) if asked else tell("platform_none_any"),)
    words = {"provider": offer.provider, "model": offer.model, "serving": _serving(offer)}
    dates = {"day": str(ground.today), "as_of": str(ground.market.as_of)}
    return (
        tell("platform", verified=offer.verified, **words, **dates),
        *_limits(ground, offer),
        *_closing(ground, offer),
        tell("platform_cash_rft")
        if is_reinforced(ground)
        else tell("platform_cash", usd=usd(ground.spent.one_off)),
    )


def _serving(offer: Offer) -> str:
    return tell(f"serving_{offer.serving}", hosting=exact(offer.hosting_per_hour))


def _limits(ground: Ground, offer: Offer) -> tuple[str, ...]:
    case = ground.case
    least = next((p.min_examples for p in ground.market.platforms if p.id == offer.provider), 10)
    told = [tell("platform_least", n=least)]
    if case.tuned_there_before is not True:
        told.append(tell("platform_account"))
    if case.data_location == "region" or offer.region:
        told.append(tell("platform_region", region=offer.region or tell("platform_no_region")))
    if (case.tenants or 1) > 1:
        told.append(tell("platform_tenants", tenants=count(case.tenants or 1)))
    if is_reinforced(ground) and offer.provider not in RFT:
        told.append(tell("platform_no_rft", provider=offer.provider))
    return tuple(told)


def _closing(ground: Ground, offer: Offer) -> tuple[str, ...]:
    if offer.shutdown is None or (offer.shutdown - ground.today).days > SHUTDOWN_WARNING_DAYS:
        return ()
    return (tell("platform_shutdown", model=offer.model, day=str(offer.shutdown)),)


def base(ground: Ground) -> tuple[str, ...]:
    """Name the kind of base that fits the team's own machines."""
    case = ground.case
    if case.data_location == "on_device":
        kind = tell("base_encoder_device" if is_encoder(ground) else "base_device")
    else:
        kind = tell("base_encoder" if is_encoder(ground) else "base_gpu")
    machine = "" if case.hardware is None else tell("base_hardware", hardware=case.hardware[:40])
    return (kind, machine, tell("base_licence"))
