"""Runs migrations on the connection that `Database.migrate` opened."""

from typing import Any, Literal

from alembic import context

import storage.advisor
import storage.jobs
import storage.ledger
import storage.messages
import storage.teams  # noqa: F401  (each fills the metadata with its tables)
from storage.database import Instant, Json, NanoUSD, metadata


def _ours(_: object, name: str | None, kind: str, *__: Any) -> bool:
    """Leave DBOS's own tables alone; on SQLite they stand beside ours."""
    return kind != "table" or name in metadata.tables


def _by_name(kind: str, item: object, _: object) -> str | Literal[False]:
    """Write our column types by their names."""
    if kind == "type" and item is Json:
        return "Json"
    if kind == "type" and isinstance(item, Instant | NanoUSD):
        return f"{type(item).__name__}()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=_ours,
    render_item=_by_name,
    render_as_batch=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
