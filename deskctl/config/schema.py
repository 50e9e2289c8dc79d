"""What a configuration holds. Every key is explained in `config.example.toml`."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, cast

from attrs import Attribute, field, frozen

from ..core.settings import Acknowledgement, ChannelInfo, Settings
from .problems import Invalid

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_HANDLE = re.compile(r"\w[\w.-]*")


def _line(_: Any, attribute: Attribute[str], value: str) -> None:
    if not value.strip() or not value.isprintable():
        raise Invalid("must be one line of text, not empty", key=attribute.name)


def _zone(_: Any, attribute: Attribute[str], value: str) -> None:
    from zoneinfo import ZoneInfo, available_timezones

    from .problems import did_you_mean

    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        zones = available_timezones()
        cities = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(zones)}
        city = cities.get(value.replace(" ", "_").casefold())
        near = f" (did you mean {city}?)" if city else did_you_mean(value, zones)
        raise Invalid(
            f'{value!r} is no time zone; use a name as in "Asia/Seoul" or "UTC"{near}', key=attribute.name
        ) from None


def _language(_: Any, attribute: Attribute[str], value: str) -> None:
    if not _LANGUAGE.fullmatch(value):
        raise Invalid(f'{value!r} is no language; use a code as in "en" or "ko"', key=attribute.name)


def _accounts(_: Any, attribute: Attribute[tuple[str, ...]], value: tuple[str, ...]) -> None:
    for name in value:
        if not name or any(c.isspace() or c in ":,\0" for c in name):
            raise Invalid(f"{name!r} is not the name of an account", key=attribute.name)


def _url(_: Any, attribute: Attribute[str], value: str) -> None:
    if value.startswith("sqlite:///") and len(value) > len("sqlite:///"):
        return
    if re.match(r"postgresql(\+psycopg)?://", value):
        return
    scheme = value.partition(":")[0]
    raise Invalid(
        f'must be "sqlite:///FILE" or "postgresql://USER@HOST/DATABASE", and begins with {scheme!r}',
        key=attribute.name,
    )


def handle(_: Any, attribute: Attribute[str | None], value: str | None) -> None:
    """For attrs fields that name a team or an agent."""
    if value is not None and not _HANDLE.fullmatch(value):
        raise Invalid(f'{value!r} is no handle; use letters, digits, ".", "_" and "-"', key=attribute.name)


@frozen(kw_only=True)
class DeskTable:
    """`[desk]`. `undo_window`: how long a reply waits and can be taken back. `close_after`: solved to closed.
    `keep_spam`: how long the words of spam are kept. `link_valid`: how long a one-time code may be sent.
    `digest`: how long what an agent is told after a first thing is gathered into one message; "0s" gathers nothing.
    `ingest_users`: accounts beside the owner that may hand in mail with `deskctl mail ingest`."""

    name: str = field(default="Help desk", validator=_line)
    timezone: str = field(default="UTC", validator=_zone)
    language: str = field(default="en", validator=_language)
    undo_window: timedelta = timedelta(seconds=10)
    close_after: timedelta = timedelta(days=4)
    keep_spam: timedelta = timedelta(days=30)
    link_valid: timedelta = timedelta(hours=24)
    digest: timedelta = timedelta(seconds=30)
    ingest_users: tuple[str, ...] = field(default=(), validator=_accounts)


@frozen(kw_only=True)
class StoreTable:
    """`[store]`. The URL may hold a password, so it is not in the repr."""

    url: str = field(default="sqlite:///desk.db", validator=_url, repr=False)

    @property
    def file(self) -> Path | None:
        """The file of a SQLite store."""
        prefix = "sqlite:///"
        return Path(self.url.removeprefix(prefix).partition("?")[0]) if self.url.startswith(prefix) else None

    def absolute(self, folder: Path) -> str:
        """The URL with a relative SQLite file counted from `folder`."""
        prefix = "sqlite:///"
        if not self.url.startswith(prefix):
            return self.url
        file, mark, options = self.url.removeprefix(prefix).partition("?")
        return f"{prefix}{folder.absolute() / file}{mark}{options}"


@frozen(kw_only=True)
class DaemonTable:
    """`[daemon]`. `run_dir`: the folder of socket and lock; the configuration's own when not given."""

    run_dir: Path | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"


@frozen(kw_only=True)
class PluginsTable:
    """`[plugins]`. `only`: nothing else loads. `disabled`: these do not. `dir`: a folder of one-file plugins.
    Its tables `[plugins.NAME]` belong to the plugins."""

    only: tuple[str, ...] | None = None
    disabled: tuple[str, ...] = ()
    dir: Path | None = None


def _texts(_: Any, attribute: Attribute[Mapping[str, str]], value: Mapping[str, str]) -> None:
    for language, text in value.items():
        if not _LANGUAGE.fullmatch(language):
            raise Invalid(f'{language!r} is no language; use a code as in "en" or "ko"', key=attribute.name)
        if not text.strip():
            raise Invalid(f"the words for {language} are empty", key=attribute.name)


def _authority(_: Any, attribute: Attribute[str | None], value: str | None) -> None:
    if value is not None and (not value or any(c.isspace() or c == ";" for c in value)):
        raise Invalid(f"{value!r} is not the name of a mail server", key=attribute.name)


def _greeting(_: Any, attribute: Attribute[Any], value: str | Mapping[str, str]) -> None:
    if not isinstance(value, str):
        _texts(_, attribute, value)


@frozen(kw_only=True)
class AcknowledgeTable:
    """`acknowledge` of a channel: what a customer with a new ticket hears at once."""

    hours: str = ""
    within: str = ""
    texts: Mapping[str, str] = field(factory=dict, validator=_texts)


@frozen(kw_only=True)
class ChannelCommon:
    """The keys of `[channels.NAME]` that every kind of channel has; the others belong to the kind."""

    type: str
    team: str | None = field(default=None, validator=handle)
    sender_name: str = field(default="{desk}", validator=_line)
    authority: str | None = field(default=None, validator=_authority)
    acknowledge: AcknowledgeTable | bool = False
    answer: bool = False
    greeting: str | Mapping[str, str] = field(default=cast("str | Mapping[str, str]", ""), validator=_greeting)
    hours: str = ""

    def words(self) -> Acknowledgement | None:
        """What a new ticket is answered with at once, None for nothing."""
        table = AcknowledgeTable() if self.acknowledge is True else self.acknowledge
        return Acknowledgement(table.texts, table.hours or self.hours, table.within) if table else None

    def greetings(self) -> Mapping[str, str]:
        """By language; "" for every language."""
        if isinstance(self.greeting, str):
            return {"": self.greeting} if self.greeting.strip() else {}
        return self.greeting


@frozen(kw_only=True)
class ChannelTable:
    """A channel after loading: `config` is an instance of its kind's own class."""

    name: str
    type: str
    team: str | None
    config: Any
    address: str | None = None
    aliases: tuple[str, ...] = ()
    sends: bool = True
    receives: bool = True
    copies: bool = False
    plus: bool = False
    sender_name: str = "{desk}"
    authority: str | None = None
    acknowledge: Acknowledgement | None = None
    conversational: bool = False
    choices: bool = False
    answer: bool = False
    greeting: Mapping[str, str] = field(factory=dict)
    hours: str = ""

    def info(self) -> ChannelInfo:
        return ChannelInfo(
            name=self.name,
            kind=self.type,
            address=self.address,
            aliases=self.aliases,
            team=self.team,
            sends=self.sends,
            copies=self.copies,
            plus=self.plus,
            sender_name=self.sender_name,
            acknowledge=self.acknowledge,
            authority=self.authority,
            conversational=self.conversational,
            choices=self.choices,
            answer=self.answer,
            greeting=self.greeting,
            hours=self.hours,
        )


@frozen(kw_only=True)
class CoreTables:
    """The whole file, apart from `[channels]`."""

    desk: DeskTable
    store: StoreTable = StoreTable()
    daemon: DaemonTable = DaemonTable()
    plugins: PluginsTable = PluginsTable()


@frozen(kw_only=True)
class Config:
    """A configuration that holds. `path` is absolute; so are `store.url` and `daemon.run_dir`. `plugin_tables` are
    `[plugins.NAME]` by plugin, each an instance of its plugin's class."""

    path: Path
    desk: DeskTable
    store: StoreTable
    daemon: DaemonTable
    plugins: PluginsTable
    channels: Mapping[str, ChannelTable]
    plugin_tables: Mapping[str, Any] = field(factory=dict)

    @property
    def folder(self) -> Path:
        return self.path.parent

    @property
    def run_dir(self) -> Path:
        return self.daemon.run_dir or self.folder

    def owners(self) -> frozenset[int]:
        """Return the uids that own the desk where no daemon runs: of the configuration, the folder of socket and lock,
        and the store's file."""
        found = []
        for path in (self.path, self.run_dir, self.store.file):
            if path is not None:
                with contextlib.suppress(OSError):
                    found.append(path.stat().st_uid)
        return frozenset(found)

    def settings(self) -> Settings:
        """What the core needs to know."""
        return Settings(
            name=self.desk.name,
            timezone=self.desk.timezone,
            language=self.desk.language,
            channels={name: channel.info() for name, channel in self.channels.items()},
            undo_window=self.desk.undo_window,
            close_after=self.desk.close_after,
            keep_spam=self.desk.keep_spam,
            link_valid=self.desk.link_valid,
            digest=self.desk.digest,
        )
