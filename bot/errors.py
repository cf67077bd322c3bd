"""Errors whose message is fit to show to the person who can act on it.

TunewiseError
├── AskError        the asker can mend it: an empty question, a value out of range
├── ModelError      the model could not answer; asking again may help
│   └── BudgetError a budget refused the call; an admin can raise it
├── StoppedError    somebody pressed Stop; nothing more is to be done for this job
├── PausedError     an admin paused the bot; the job goes on when it is resumed
├── LostError       another process took the job over; this one lets go of it
├── OutageError     the database or Slack does not answer; the job is tried again later
└── SetupError      whoever runs the bot can mend it: settings, database, port
"""


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


class LostError(TunewiseError):
    """Another process took the job over while this one was silent."""


class OutageError(TunewiseError):
    """Something that the bot needs does not answer for now."""


def refuse(reason: str | None) -> None:
    """Raise the error of a job that must not go on: `stopped`, `paused` or `lost`."""
    if reason:
        raise {"stopped": StoppedError, "paused": PausedError, "lost": LostError}[reason]()


class SetupError(TunewiseError):
    """Whoever runs the bot can mend it."""
