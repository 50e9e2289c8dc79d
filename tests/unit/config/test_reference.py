"""The example and the reference cannot drift from the schema."""

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
Kinds = Mapping[str, ChannelType]


def test_the_example_has_every_key_and_no_other(kinds: Kinds) -> None:
    assert "email" in kinds
    assert reference.disagreements(EXAMPLE, kinds) == []


def test_a_key_that_is_missing_from_the_example_is_noticed(kinds: Kinds) -> None:
    without = EXAMPLE.replace('#folder = "INBOX"', "# folder").replace("#undo_window", "#undo_windwo")

    assert reference.disagreements(without, kinds) == [
        "desk.undo_window is not in the example",
        "email: channels.NAME.imap.folder is not in the example",
        "desk.undo_windwo is in the example and not in the schema",
    ]


@pytest.mark.parametrize("whole", [False, True], ids=["as it is", "with everything switched on"])
def test_the_example_loads(whole: bool, kinds: Kinds, config_file: Path) -> None:
    (config_file.parent / "plugins").mkdir(mode=0o700)
    config_file.write_text(reference.uncommented(EXAMPLE) if whole else EXAMPLE, encoding="utf-8")

    report = check(config_file, kinds)

    assert report.errors == ()
    assert all("there is no file" in warning.what for warning in report.warnings)


def test_the_reference_is_up_to_date(kinds: Kinds) -> None:
    """Mend it with: make docs"""
    written = (ROOT / "docs/reference/config.md").read_text(encoding="utf-8")

    assert written == reference.reference(EXAMPLE, kinds)


def test_every_key_has_a_meaning_in_the_reference(kinds: Kinds) -> None:
    rows = [line for line in reference.reference(EXAMPLE, kinds).splitlines() if line.startswith("| `")]

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
def test_what_init_writes_checks_without_a_warning(answers: dict[str, str], kinds: Kinds, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    create(path, initial(name='한국 "Acme" \\ Support', **answers))

    report = check(path, kinds)

    assert (report.errors, report.warnings) == ((), ())
    assert report.config is not None
    assert report.config.desk.name == '한국 "Acme" \\ Support'
    assert list(report.config.channels) == (["support"] if "address" in answers else [])
    assert path.stat().st_mode & 0o777 == 0o600
    everything = reference.uncommented(path.read_text())
    path.write_text(everything)
    assert check(path, kinds).errors == ()


def test_init_never_writes_over_a_configuration(config_file: Path) -> None:
    with pytest.raises(Refused):
        create(config_file, initial(name="Acme"))


@pytest.mark.parametrize("place", ["25", "host", "host:", "host:x", "host:70000"])
def test_a_place_without_host_or_port_is_refused(place: str) -> None:
    with pytest.raises(UsageError, match="HOST:PORT"):
        initial(name="Acme", address="a@b.example", listen=place)
