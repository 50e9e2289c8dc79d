"""Tables and migrations agree, and opening a store of another version fails with a hint."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from deskctl.core.kernel.settings import Settings
from deskctl.core.operations.queries import StoreStatus
from deskctl.core.search.queries import SearchContacts, SearchMessages
from deskctl.errors import ConfigError, Unavailable
from deskctl.store import Store, migrate, revision
from tests.store.build import mail


def _run(url: str, *statements: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_migrations_create_the_declared_tables(store_url: str) -> None:
    migrate.upgrade(store_url)
    engine = create_engine(store_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        options = migrate.options(connection)
        context = MigrationContext.configure(opts=options, connection=options.pop("connection"))
        assert compare_metadata(context, options["target_metadata"]) == []
    engine.dispose()


def test_revision_list_equals_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    assert [s.revision for s in reversed(list(scripts.walk_revisions()))] == list(revision.REVISIONS)
    assert scripts.get_current_head() == revision.HEAD


def test_every_constraint_has_a_name(store_url: str) -> None:
    """SQLite cannot change a constraint without a name."""
    migrate.upgrade(store_url)
    if store_url.startswith("sqlite"):
        engine = create_engine(store_url)
        with engine.connect() as connection:
            query = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
            made = {name: sql for name, sql in connection.execute(text(query)) if not name.startswith("search_")}
        engine.dispose()
        assert len(made) > 20
        for name, sql in made.items():
            for line in sql.splitlines():
                if "PRIMARY KEY" in line or "FOREIGN KEY" in line or "UNIQUE" in line:
                    assert "CONSTRAINT" in line, name


def test_upgrade_makes_a_new_store_and_then_has_nothing_to_do(store_url: str) -> None:
    assert migrate.upgrade(store_url) == (None, revision.HEAD, list(revision.REVISIONS))
    assert migrate.upgrade(store_url) == (revision.HEAD, revision.HEAD, [])
    assert migrate.status(store_url) == (revision.HEAD, revision.HEAD, [])
    store = Store.open(store_url, Settings())
    report = store.ask(StoreStatus())
    store.close()
    assert (report["revision"], report["head"], report["pending"], report["tickets"]) == (
        revision.HEAD,
        revision.HEAD,
        [],
        0,
    )
    assert report["engine"] in ("sqlite", "postgresql")


def test_empty_store_error_has_a_hint(store_url: str) -> None:
    if store_url.startswith("sqlite"):
        with pytest.raises(Unavailable, match="does not exist") as missing:
            Store.open(store_url, Settings())
        assert "db upgrade" in missing.value.hint
        Path(store_url.removeprefix("sqlite:///")).touch()
    assert migrate.status(store_url) == (None, revision.HEAD, list(revision.REVISIONS))
    with pytest.raises(ConfigError, match="is empty") as empty:
        Store.open(store_url, Settings())
    assert "db upgrade" in empty.value.hint


def test_store_of_a_newer_version_is_not_changed(store_url: str) -> None:
    migrate.upgrade(store_url)
    _run(store_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigError, match="newer deskctl"):
        Store.open(store_url, Settings())
    with pytest.raises(ConfigError, match="newer deskctl"):
        migrate.upgrade(store_url)
    with pytest.raises(ConfigError, match="newer deskctl"):
        migrate.status(store_url)


def test_store_of_older_version_requires_upgrade(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate.upgrade(store_url)
    monkeypatch.setattr("deskctl.store.schema.HEAD", "0002")  # as in the next version
    with pytest.raises(ConfigError, match="has the old schema") as older:
        Store.open(store_url, Settings())
    assert "db upgrade" in older.value.hint


def test_new_file_is_not_readable_by_others(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    migrate.upgrade(f"sqlite:///{path}")
    assert not path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH)


def test_missing_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot create the store"):
        migrate.upgrade(f"sqlite:///{tmp_path}/no/desk.db")


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://localhost/desk", "sqlite://", "sqlite:///:memory:"])
def test_invalid_store_url_is_rejected(url: str) -> None:
    with pytest.raises(ConfigError, match="url"):
        Store.open(url, Settings())


def test_unreachable_server_is_reported_without_password() -> None:
    with pytest.raises(Unavailable) as error:
        Store.open("postgresql://desk:geheim@127.0.0.1:1/desk", Settings())
    assert "127.0.0.1" in str(error.value)
    assert "geheim" not in str(error.value) + error.value.hint


def test_open_with_migrate_creates_the_tables(store_url: str) -> None:
    store = Store.open(store_url, Settings(), migrate=True)
    assert store.journal.append([mail("a")]) == [True]
    store.close()


def test_upgrade_indexes_an_older_store(store_url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    with migrate.changing(store_url) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    lists = '"references", "to", cc, headers'
    _run(
        store_url,
        "INSERT INTO contacts (id, name, created_at) VALUES (1, '김철수', 0)",
        "INSERT INTO identities (id, kind, address, contact) VALUES (1, 'email', 'kim@example.org', 1)",
        "INSERT INTO tickets (number, subject, channel, contact, created_at, updated_at, queue_at, status, priority, "
        "spam) VALUES (1, '문의', 'support', 1, 0, 0, 0, 'open', 1, false)",
        "INSERT INTO messages (id, ticket, kind, channel, sent_at, created_at, verified, withdrawn, subject, text, "
        f"{lists}) VALUES (1, 1, 'in', 'support', 0, 0, true, false, '문의', '카드결제', '[]', '[]', '[]', '{{}}')",
    )
    told: list[tuple[int, int]] = []
    assert migrate.upgrade(store_url, lambda done, total: told.append((done, total))).revision == "0001"
    store = Store.open(store_url, Settings())
    [hit] = store.ask(SearchMessages("결제 문의"))["hits"]
    assert (hit["number"], hit["snippet"]) == (1, "카드⟦결제⟧")
    assert [row["name"] for row in store.ask(SearchContacts("철수"))] == ["김철수"]
    store.close()
    assert told[-1] == (2, 2)
