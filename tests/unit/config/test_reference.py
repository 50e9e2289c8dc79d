"""The example and the reference contain exactly the keys of the schema."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from deskctl.config import check, reference
from deskctl.config.write import create, initial
from deskctl.errors import Refused, UsageError
from deskctl.plugins import ChannelType

ROOT = Path(__file__).parents[3]
EXAMPLE = (ROOT / "config.example.toml").read_text(encoding="utf-8")
Types = Mapping[str, ChannelType]


def test_example_has_exactly_the_keys_of_the_schema(types: Types) -> None:
    assert "email" in types
    assert reference.disagreements(EXAMPLE, types) == []


def test_key_missing_in_the_example_is_reported(types: Types) -> None:
    without = EXAMPLE.replace('#folder = "INBOX"', "# folder").replace("#undo_window", "#undo_windwo")

    assert reference.disagreements(without, types) == [
        "desk.undo_window is not in the example",
        "email: channels.NAME.imap.folder is not in the example",
        "desk.undo_windwo is in the example and not in the schema",
    ]


@pytest.mark.parametrize("whole", [False, True], ids=["as is", "with all keys active"])
def test_example_loads_without_errors(whole: bool, types: Types, config_file: Path) -> None:
    (config_file.parent / "plugins").mkdir(mode=0o700)
    config_file.write_text(reference.uncommented(EXAMPLE) if whole else EXAMPLE, encoding="utf-8")

    report = check(config_file, types)

    assert report.errors == ()
    assert all("file not found" in warning.what for warning in report.warnings)


def test_config_reference_is_up_to_date(types: Types) -> None:
    """Update it with: make docs"""
    written = (ROOT / "docs/reference/configuration-keys.md").read_text(encoding="utf-8")

    assert written == reference.reference(EXAMPLE, types)


def test_reference_explains_every_key(types: Types) -> None:
    rows = [line for line in reference.reference(EXAMPLE, types).splitlines() if line.startswith("| `")]

    assert [row for row in rows if row.endswith("|  |")] == []


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"address": "support@acme.test"},
        {"address": "support@acme.test", "listen": "127.0.0.1:2525", "smtp": ":2526", "timezone": "Asia/Seoul"},
        {"address": "support@acme.test", "listen": "[::1]:2525", "language": "ko", "store": "postgresql:///desk"},
    ],
)
def test_initial_configuration_has_no_warnings(answers: dict[str, str], types: Types, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    create(path, initial(name='한국 "Acme" \\ Support', **answers))

    report = check(path, types)

    assert (report.errors, report.warnings) == ((), ())
    assert report.config is not None
    assert report.config.desk.name == '한국 "Acme" \\ Support'
    assert list(report.config.channels) == (["support"] if "address" in answers else [])
    assert path.stat().st_mode & 0o777 == 0o600
    everything = reference.uncommented(path.read_text())
    path.write_text(everything)
    assert check(path, types).errors == ()


def test_init_does_not_overwrite_a_configuration(config_file: Path) -> None:
    with pytest.raises(Refused):
        create(config_file, initial(name="Acme"))


@pytest.mark.parametrize("place", ["25", "host", "host:", "host:x", "host:70000"])
def test_endpoint_without_host_or_port_is_refused(place: str) -> None:
    with pytest.raises(UsageError, match="HOST:PORT"):
        initial(name="Acme", address="a@b.example", listen=place)
