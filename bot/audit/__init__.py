"""The imitation check of a training file: its origin, what it would teach, what to mend."""

from bot.audit.checking import audit_file
from bot.audit.record import Audit, Finding
from bot.audit.telling import lines

__all__ = ["Audit", "Finding", "audit_file", "lines"]
