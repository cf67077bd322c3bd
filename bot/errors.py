"""Errors whose message is fit to show to the person who can act on it.

TunewiseError
├── AskError        the asker can mend it: an empty question, a value out of range
├── ModelError      the model could not answer; asking again may help
│   └── BudgetError a budget refused the call; an admin can raise it
├── StoppedError    somebody pressed Stop; nothing more is to be done for this job
├── PausedError     an admin paused the bot; the job goes on when it is resumed
└── SetupError      whoever runs the bot can mend it: settings, database, port
"""

from collections.abc import Mapping


class TunewiseError(Exception):
    """Anything that went wrong in words that a person may read."""


class AskError(TunewiseError):
    """The asker can mend it."""


class ModelError(TunewiseError):
    """The model could not answer."""


class BudgetError(ModelError):
    """A budget refused the call before it was sent."""


class StoppedError(TunewiseError):
    """The job was stopped by a person."""


class PausedError(TunewiseError):
    """The team is paused; the job is held until an admin resumes it."""


def refuse(halted: Mapping[str, str], job_id: str) -> None:
    """Raise StoppedError or PausedError where the job stands among those that must not go on."""
    if reason := halted.get(job_id):
        raise StoppedError() if reason == "stopped" else PausedError()


class SetupError(TunewiseError):
    """Whoever runs the bot can mend it."""
