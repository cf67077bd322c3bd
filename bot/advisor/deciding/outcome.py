"""What was chosen and everything it was chosen from, before it is put into words."""

from dataclasses import dataclass
from datetime import date

from bot.advisor.case import Arm, Case
from bot.advisor.deciding.diagnosis import Diagnosis
from bot.advisor.deciding.gates import Gate
from bot.advisor.deciding.setting import Setting
from bot.advisor.deciding.spending import Spending
from bot.advisor.deciding.weighing import Scales
from bot.advisor.verdict import TUNED, Leader, Option, Veto

_ARMS: dict[Option, Arm] = {
    "dynamic_few_shot": "dynamic_few_shot",
    "fine_tune_hosted": "fine_tuned",
}
"""Options that a team most often measured as the alternative."""


@dataclass(frozen=True)
class Outcome:
    """A choice and its grounds."""

    case: Case
    day: date
    option: Option
    confidence: float
    leader: Leader | None
    """The option that leads or remains where the choice is `ask` or `do_not_imitate`."""
    gates: tuple[Gate, ...]
    missing: tuple[str, ...]
    diagnosis: Diagnosis
    setting: Setting
    spending: dict[Option, Spending]
    vetoes: tuple[Veto, ...]
    scales: Scales

    @property
    def way(self) -> Option | None:
        """The option that would do the task: the chosen one, or the leader behind a stop."""
        if self.leader is not None:
            return self.leader.option
        return None if self.gates else self.option

    @property
    def rival(self) -> Option | None:
        """What the chosen option is held against: a tune against prompting and the reverse."""
        ways = [o for o in self.scales.ranking if o != self.way]
        across = [o for o in ways if (o in TUNED) != (self.way in TUNED)]
        measured = [o for o in ways if o in _ARMS and self.case.best(_ARMS[o]) is not None]
        return next(iter((*measured, *across, *ways)), None)

    def ruled_out(self, option: Option) -> Veto | None:
        """Give the first veto on an option."""
        return next((veto for veto in self.vetoes if veto.option == option), None)
