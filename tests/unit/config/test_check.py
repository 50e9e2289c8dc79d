"""`config check` reports all problems at once, each with its line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from deskctl.config import Report, check, load
from deskctl.core.delivery.settings import DeliverySettings
from deskctl.core.messages.channels import Channels
from deskctl.errors import ConfigError
from deskctl.plugins import ChannelType

Check = Callable[[str], Report]

TEN_ERRORS = """\
[desk]
namee = "Acme"
timezone = "Asia/Seol"
undo_window = 10

[store]
url = "mysql://localhost/desk"

[channels.support]
type = "email"
aliases = ["ok@acme.example", 7]
listen = { host = "127.0.0.1", prot = 2525, protocol = "smttp" }
"imap" = {
  host = 3, user = "u", password = { filee = "x" } }
[channels.phone]
type = "console"
inbox = "in"
answers = "out"
[ channels . "sales" ]
type = "emial"
"""


def test_check_reports_every_error_with_its_line_and_key(checked: Check) -> None:
    report = checked(TEN_ERRORS)

    found = [(problem.line, problem.path) for problem in report.errors]
    assert found == [
        (2, "desk.namee"),
        (3, "desk.timezone"),
        (4, "desk.undo_window"),
        (7, "store.url"),
        (9, "channels.support.address"),
        (11, "channels.support.aliases[1]"),
        (12, "channels.support.listen.prot"),
        (12, "channels.support.listen.protocol"),
        (14, "channels.support.imap.host"),
        (14, "channels.support.imap.password.filee"),
        (15, "channels.phone"),
        (20, "channels.sales.type"),
    ]
    assert report.exit_code == 5


def test_misspelt_name_gets_a_suggestion(checked: Check) -> None:
    lines = "\n".join(map(str, checked(TEN_ERRORS).errors))

    for meant in ("name", "Asia/Seoul", "port", "smtp", "file", "email"):
        assert f"(did you mean {meant}?)" in lines


@pytest.mark.parametrize(("named", "meant"), [("Seoul", "Asia/Seoul"), ("new york", "America/New_York")])
def test_city_name_gets_the_suggestion_of_its_time_zone(named: str, meant: str, checked: Check) -> None:
    [problem] = checked(f'[desk]\ntimezone = "{named}"\n').errors

    assert f"(did you mean {meant}?)" in problem.what


def test_problem_names_file_line_key_and_error(checked: Check, config_file: Path) -> None:
    config_file.parent.joinpath("x").touch()
    [problem] = checked('[desk]\nclose_after = "4 days"\n').errors

    assert str(problem).startswith(f"{config_file}:2: desk.close_after: not a duration: '4 days'")


def test_toml_syntax_error_has_line_and_column(checked: Check, config_file: Path) -> None:
    [problem] = checked("[desk]\nname = Acme\n").errors

    assert str(problem).startswith(f"{config_file}:2:8: not TOML")


def test_text_that_is_not_utf8_has_a_line(config_file: Path, types: Mapping[str, ChannelType]) -> None:
    config_file.write_bytes(b'[desk]\nname = "\xbe\xc8"\n')

    with pytest.raises(ConfigError) as caught:
        load(config_file, types)
    assert caught.value.problems == (f"{config_file}:2: is not UTF-8 text",)


def test_deeply_nested_toml_is_reported_as_an_error(checked: Check) -> None:
    assert checked("x = " + "[" * 100_000).errors


def test_unreadable_file_is_named_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml cannot be read"):
        load(tmp_path / "none.toml", {})


def test_missing_desk_table_is_an_error(checked: Check) -> None:
    [problem] = checked("").errors

    assert (problem.path, problem.what) == ("desk", "is missing")


def test_load_raises_one_error_with_all_problems(config_file: Path, types: Mapping[str, ChannelType]) -> None:
    config_file.write_text(TEN_ERRORS)

    with pytest.raises(ConfigError) as caught:
        load(config_file, types)
    assert len(caught.value.problems) == 12
    assert caught.value.exit_code == 5


def test_address_of_two_channels_is_an_error(checked: Check) -> None:
    report = checked("""\
[desk]
[channels.one]
type = "email"
address = "help@acme.example"
[channels.two]
type = "email"
address = "info@acme.example"
aliases = ["HELP@acme.example"]
""")

    [problem] = report.errors
    assert (problem.line, problem.path) == (8, "channels.two.aliases")
    assert "channels.one.address" in problem.what


def test_unknown_channel_type_names_the_extra_to_install(config_file: Path) -> None:
    config_file.write_text('[desk]\n[channels.chat]\ntype = "telegram"\n')
    [problem] = check(config_file, {}).errors

    assert "pip install 'deskctl[telegram]'" in problem.what


def test_relative_paths_start_at_the_folder_of_the_configuration(
    config_file: Path, types: Mapping[str, ChannelType], tmp_path: Path
) -> None:
    config_file.write_text("""\
[desk]
undo_window = "1m30s"
[daemon]
run_dir = "run"
[channels.ops]
type = "console"
team = "ops"
inbox = "in"
answers = "/var/spool/out"
""")

    config = load(config_file, types)

    assert config.store.url == f"sqlite:///{tmp_path / 'desk.db'}"
    assert config.run_dir == tmp_path / "run"
    assert config.channels["ops"].config.inbox == tmp_path / "in"
    assert config.channels["ops"].config.answers == Path("/var/spool/out")
    settings = config.settings()
    assert settings.of(DeliverySettings).undo_window == timedelta(seconds=90)
    ops = settings.of(Channels).channel("ops")
    assert ops is not None
    assert (ops.kind, ops.team, ops.sends) == ("console", "ops", True)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("sqlite:////srv/desk.db", "sqlite:////srv/desk.db"),
        ("postgresql://desk@db/desk", "postgresql://desk@db/desk"),
    ],
)
def test_absolute_store_url_is_unchanged(
    given: str, stored: str, config_file: Path, types: Mapping[str, ChannelType]
) -> None:
    config_file.write_text(f'[desk]\n[store]\nurl = "{given}"\n')

    assert load(config_file, types).store.url == stored


WITH_PASSWORD = """\
[desk]
[channels.support]
type = "email"
address = "help@acme.example"
smtp = { host = "127.0.0.1", user = "u", password = "hunter2" }
"""


def test_literal_password_works_with_a_warning(checked: Check) -> None:
    report = checked(WITH_PASSWORD)

    assert report.exit_code == 1
    assert [(w.line, w.path) for w in report.warnings] == [(5, "channels.support.smtp.password")]
    assert report.config is not None
    assert report.config.channels["support"].config.smtp.password.reveal() == "hunter2"


def test_readable_configuration_with_password_is_a_warning(checked: Check, config_file: Path) -> None:
    config_file.chmod(0o644)

    assert any("chmod 600" in warning.what for warning in checked(WITH_PASSWORD).warnings)


def test_world_readable_password_file_is_an_error(checked: Check, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("hunter2\n")
    secret.chmod(0o644)

    [problem] = checked(WITH_PASSWORD.replace('"hunter2"', '{ file = "password" }')).errors

    assert problem.path == "channels.support.smtp.password"
    assert "chmod 600" in problem.what


def test_report_does_not_contain_the_password(checked: Check) -> None:
    wrong = WITH_PASSWORD.replace('"hunter2"', '{ file = "a", hunter = "hunter2" }').replace('"u"', "77")

    report = checked(wrong)

    assert len(report.errors) == 2
    assert "hunter2" not in repr(report)


def test_world_writable_plugin_folder_is_an_error(checked: Check, tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins").chmod(0o777)

    [problem] = checked('[desk]\n[plugins]\ndir = "plugins"\n').errors

    assert (problem.line, problem.path) == (3, "plugins.dir")
    assert "is writable by all users" in problem.what


TWO_CHANNELS = """\
[desk]
[channels.one]
type = "email"
address = "one@acme.example"
listen = { port = 2525 }
imap = { host = "imap.acme.example", security = "plain", user = "u", password = { env = "P" } }
[channels.two]
type = "email"
address = "two@acme.example"
imap = { host = "imap.acme.example", port = 143, security = "starttls", user = "u", password = { env = "P" } }
[channels.two.listen]
host = "127.0.0.1"
port = 2525
"""


def test_listener_or_mailbox_of_two_channels_is_an_error(checked: Check) -> None:
    problems = [(problem.line, problem.path) for problem in checked(TWO_CHANNELS).errors]

    assert problems == [(10, "channels.two.imap.folder"), (13, "channels.two.listen.port")]


def test_password_without_encryption_over_the_network_is_a_warning(checked: Check) -> None:
    [warning] = checked(TWO_CHANNELS).warnings

    assert (warning.line, warning.path) == (6, "channels.one.imap.security")
    assert "unencrypted" in warning.what
    assert checked(TWO_CHANNELS.replace("imap.acme.example", "127.0.0.1")).warnings == ()
