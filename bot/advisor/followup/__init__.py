"""Follow-ups below a verdict: how they can be read, what they change, and what they ask about.

Reading is done by code, in English, Spanish and Chinese; a model may be asked where code is not
sure. Orders in a follow-up change nothing: it can only set facts or ask for what was computed.
"""

from bot.advisor.followup.applying import apply, difference
from bot.advisor.followup.explaining import explain
from bot.advisor.followup.model import read_followup_with_model
from bot.advisor.followup.rank import read_followup
from bot.advisor.followup.records import Followup, Kind, Part, Reading

__all__ = [
    "Followup",
    "Kind",
    "Part",
    "Reading",
    "apply",
    "difference",
    "explain",
    "read_followup",
    "read_followup_with_model",
]
