"""Language models behind one small door, every request of theirs in the ledger."""

from bot.llm.models import LLM, Reply
from bot.llm.opening import has_llm, open_llm
from bot.llm.requests import Capabilities

__all__ = ["LLM", "Capabilities", "Reply", "has_llm", "open_llm"]
