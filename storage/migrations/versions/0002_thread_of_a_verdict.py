"""The thread that a verdict stands in."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_verdict = sa.table(
    "verdict", *map(sa.column, ("team_id", "job_id", "audit_id", "channel_id", "ts", "thread_ts"))
)
_message = sa.table("message", *map(sa.column, ("team_id", "channel_id", "ts", "thread_ts")))


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.add_column(sa.Column("thread_ts", sa.String(length=32), nullable=True))
        batch_op.create_index(
            "ix_verdict_thread", ["team_id", "channel_id", "thread_ts"], unique=False
        )
    _name_threads()


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.drop_index("ix_verdict_thread")
        batch_op.drop_column("thread_ts")


def _name_threads() -> None:
    """Say of each reply that stands already which thread it is in: its question's, or its own."""
    connection = op.get_bind()
    key = (_verdict.c.team_id, _verdict.c.job_id, _verdict.c.audit_id)
    old = sa.select(*key, _verdict.c.channel_id, _verdict.c.ts).where(_verdict.c.ts.is_not(None))
    for row in connection.execute(old).all():
        asked_at = row.job_id.partition(f":{row.channel_id}:")[2].partition(":")[0]
        question = sa.select(_message.c.thread_ts).where(
            _message.c.team_id == row.team_id,
            _message.c.channel_id == row.channel_id,
            _message.c.ts == asked_at,
        )
        thread = connection.execute(question).scalar_one_or_none() or asked_at or row.ts
        mine = [column == row._mapping[column.name] for column in key]
        connection.execute(sa.update(_verdict).where(*mine).values(thread_ts=thread))
