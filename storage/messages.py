"""What Slack sent: a receipt for everything, and the text of what was addressed to the bot."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.database import Instant, Transaction, metadata

_receipt = sa.Table(
    "receipt",
    metadata,
    sa.Column("team_id", sa.String(32), primary_key=True),
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("received_at", Instant, nullable=False, index=True),
)

_message = sa.Table(
    "message",
    metadata,
    sa.Column("team_id", sa.String(32), primary_key=True),
    sa.Column("channel_id", sa.String(32), primary_key=True),
    sa.Column("ts", sa.String(32), primary_key=True),
    sa.Column("thread_ts", sa.String(32), nullable=False),
    sa.Column("user_id", sa.String(32), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("received_at", Instant, nullable=False, index=True),
    sa.Index("ix_message_thread", "team_id", "channel_id", "thread_ts"),
)


@dataclass(frozen=True)
class Message:
    """A message that was addressed to the bot, or stands in a thread that was."""

    team_id: str
    channel_id: str
    ts: str
    thread_ts: str
    """Of the thread's first message: its own `ts` where it opens the thread."""
    user_id: str
    text: str
    """With secrets taken out."""
    received_at: datetime


async def receive(tx: Transaction, team_id: str, key: str, now: datetime) -> bool:
    """Note that something arrived and say whether it is new."""
    return await tx.insert_new(_receipt, team_id=team_id, key=key, received_at=now)


async def add(tx: Transaction, message: Message) -> None:
    """Keep a message; one that is kept already stays as it is."""
    await tx.insert_new(_message, **vars(message))


async def find(tx: Transaction, team_id: str, channel_id: str, ts: str) -> Message | None:
    """Find a message by its place."""
    row = (await tx.execute(sa.select(_message).where(*_at(team_id, channel_id, ts)))).one_or_none()
    return Message(**row._mapping) if row else None


async def is_ours(tx: Transaction, team_id: str, channel_id: str, thread_ts: str) -> bool:
    """Say whether anything of a thread is kept, which makes what follows in it worth keeping."""
    kept = (
        _message.c.team_id == team_id,
        _message.c.channel_id == channel_id,
        _message.c.thread_ts == thread_ts,
    )
    return bool((await tx.execute(sa.select(sa.exists().where(*kept)))).scalar_one())


async def thread(tx: Transaction, team_id: str, channel_id: str, ts: str) -> tuple[Message, ...]:
    """Give the kept messages of a thread, oldest first."""
    rows = await tx.execute(
        sa.select(_message)
        .where(
            _message.c.team_id == team_id,
            _message.c.channel_id == channel_id,
            _message.c.thread_ts == ts,
        )
        .order_by(_message.c.ts)
    )
    return tuple(Message(**row._mapping) for row in rows)


async def change(tx: Transaction, team_id: str, channel_id: str, ts: str, text: str) -> None:
    """Keep the new text of an edited message; one that was never kept stays unknown."""
    await tx.execute(sa.update(_message).where(*_at(team_id, channel_id, ts)).values(text=text))


async def remove(tx: Transaction, team_id: str, channel_id: str, ts: str) -> None:
    """Forget a message."""
    await tx.execute(sa.delete(_message).where(*_at(team_id, channel_id, ts)))


async def forget(tx: Transaction, before: datetime) -> int:
    """Forget messages and receipts older than an instant; give the number of messages."""
    await tx.execute(sa.delete(_receipt).where(_receipt.c.received_at < before))
    gone = await tx.execute(sa.delete(_message).where(_message.c.received_at < before))
    return gone.rowcount


def _at(team_id: str, channel_id: str, ts: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _message.c.team_id == team_id,
        _message.c.channel_id == channel_id,
        _message.c.ts == ts,
    )
