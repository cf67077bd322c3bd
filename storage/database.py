"""Engines, transactions and the column types that keep instants and money exact."""

import fcntl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import OutageError, SetupError

T = TypeVar("T")

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

_BUSY_SECONDS = 30
"""How long a SQLite writer waits for its turn, as DBOS's own engine does."""

_QUIET: dict[str, Any] = {"hide_parameters": True}
"""Keeps what people typed out of error messages."""

_MIGRATION_LOCK = 0x74756E65
"""Key of the PostgreSQL advisory lock under which one replica migrates while others wait."""


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware UTC instant. SQLite alone would drop the offset without a word."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse a naive datetime; keep UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Give an aware UTC datetime."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class NanoUSD(sa.types.TypeDecorator[int]):
    """Whole billionths of a US dollar, so that sums are exact on both databases."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: sa.Dialect) -> int | None:
        """Refuse anything but a whole number."""
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise TypeError(f"money is kept in whole nano-dollars, not {type(value).__name__}")
        return value


class Transaction:
    """One open transaction. Opaque outside `storage`, but for joining it from synchronous code."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def execute(self, statement: sa.Executable) -> sa.CursorResult[Any]:
        """Run a statement; `storage` only."""
        return await self._connection.execute(statement)

    async def insert_new(self, table: sa.Table, **values: Any) -> bool:
        """Insert a row and say whether it was new; an existing key leaves the table as it is."""
        insert = sqlite.insert if self._connection.dialect.name == "sqlite" else postgresql.insert
        new = insert(table).values(values).on_conflict_do_nothing().returning(*table.primary_key)
        return (await self.execute(new)).first() is not None

    async def try_lock(self, key: int) -> bool:
        """Take a lock that only one transaction has at a time, or say that another has it."""
        if self._connection.dialect.name == "sqlite":
            return True  # a writing transaction is alone already
        lock = sa.select(sa.func.pg_try_advisory_xact_lock(key))
        return bool((await self.execute(lock)).scalar_one())

    async def now(self) -> datetime:
        """Give the time by the database's clock, which all replicas share."""
        if self._connection.dialect.name == "sqlite":
            return datetime.now(UTC)
        now: datetime = (await self.execute(sa.select(sa.func.clock_timestamp()))).scalar_one()
        return now

    async def run_sync(self, function: Callable[[sa.Connection], T]) -> T:
        """Run a synchronous function inside this transaction."""
        return await self._connection.run_sync(function)


class Database:
    """One database through two engines: asynchronous for us, synchronous for DBOS."""

    def __init__(self, url: str) -> None:
        """Prepare engines for `sqlite:///file` or `postgresql://…`; nothing is opened yet.

        Raises SetupError for an address that cannot be read or a folder that cannot be made.
        """
        parsed = _address(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self._lock: IO[str] | None = None
        if self.is_sqlite:
            self.path = Path(parsed.database or "")
            _make_folder(self.path.parent)
            self.engine = create_async_engine(parsed.set(drivername="sqlite+aiosqlite"), **_QUIET)
            self.sync_engine = sa.create_engine(parsed.set(drivername="sqlite"), **_QUIET)
            sa.event.listen(self.engine.sync_engine, "connect", _prepare_ours)
            sa.event.listen(self.engine.sync_engine, "begin", _begin)
            sa.event.listen(self.sync_engine, "connect", _prepare_dbos)
        else:
            address = parsed.set(drivername="postgresql+psycopg")
            self.engine = create_async_engine(address, pool_pre_ping=True, pool_size=10, **_QUIET)
            self.sync_engine = sa.create_engine(address, pool_pre_ping=True, **_QUIET)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a transaction that may write: committed at the end, rolled back on an error.

        Raises OutageError where the database does not answer.
        """
        async with _transaction(self.engine, "IMMEDIATE") as tx:
            yield tx

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """Open a transaction that only reads, beside any writer. Raises as `transaction` does."""
        async with _transaction(self.engine, "DEFERRED") as tx:
            yield tx

    def migrate(self) -> None:
        """Bring the schema up to date; safe on several replicas at once. Blocks."""
        from alembic import command

        with self.sync_engine.connect() as connection:
            if not self.is_sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_lock(_MIGRATION_LOCK)))
                connection.commit()
            try:
                command.upgrade(_alembic_config(connection), "head")
                connection.commit()
            finally:
                if not self.is_sqlite:
                    connection.execute(sa.select(sa.func.pg_advisory_unlock(_MIGRATION_LOCK)))
                    connection.commit()

    def revisions(self) -> tuple[str | None, str | None]:
        """Give the schema revision that the database has and the one that the code wants."""
        from alembic.runtime.migration import MigrationContext
        from alembic.script import ScriptDirectory

        with self.sync_engine.connect() as connection:
            has = MigrationContext.configure(connection).get_current_revision()
            return has, ScriptDirectory.from_config(_alembic_config(connection)).get_current_head()

    def hold(self) -> None:
        """Make this the one process that works on a SQLite file.

        Raises SetupError where another process holds it.
        """
        if not self.is_sqlite or self._lock:
            return
        lock = self.path.with_name(self.path.name + ".lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise SetupError(
                f"Another Tunewise process works on {self.path}. Stop it, or set DATABASE_URL to "
                "another file, or to PostgreSQL where several processes may share the work."
            ) from None
        self._lock = lock

    async def close(self) -> None:
        """Close every connection and let go of the file."""
        await self.engine.dispose()
        self.sync_engine.dispose()
        if self._lock:
            self._lock.close()
            self._lock = None


@asynccontextmanager
async def _transaction(engine: AsyncEngine, mode: str) -> AsyncIterator[Transaction]:
    try:
        async with engine.connect() as connection:
            await connection.execution_options(begin_mode=mode)
            async with connection.begin():
                yield Transaction(connection)
    except (OperationalError, InterfaceError, PoolTimeoutError) as error:
        raise OutageError(f"the database does not answer ({type(error).__name__})") from error


def _address(url: str) -> sa.URL:
    try:
        return sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise SetupError("DATABASE_URL cannot be read; see the README for its form.") from None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(
            f"The folder {folder} of DATABASE_URL cannot be made: {error.strerror}."
        ) from None


def _prepare_ours(connection: Any, _: object) -> None:
    connection.isolation_level = None
    _pragmas(connection)


def _prepare_dbos(connection: Any, _: object) -> None:
    connection.isolation_level = "IMMEDIATE"
    _pragmas(connection)


def _pragmas(connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_SECONDS * 1000}")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    mode = connection.get_execution_options().get("begin_mode", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


def _alembic_config(connection: sa.Connection) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    return config
