"""The config classes of the core. `config.example.toml` explains every key."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, cast
from unicodedata import normalize

from attrs import Attribute, field, frozen

from deskctl.i18n import _

from ..core.contacts.settings import ContactSettings
from ..core.delivery.settings import DeliverySettings
from ..core.kernel.settings import Settings
from ..core.messages.channels import Acknowledgement, ChannelInfo, Channels
from ..core.messages.settings import MessageSettings
from ..core.notifications.settings import NotificationSettings
from ..core.tickets.settings import TicketSettings
from ..core.values.field import Field, FieldType, is_line
from .problems import Invalid, did_you_mean

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_HANDLE = re.compile(r"\w[\w.-]*")
#: The longest label or choice of a field, in characters.
LONGEST_LABEL = 100


def _line(_instance: Any, attribute: Attribute[str], value: str) -> None:
    if not value.strip() or not value.isprintable():
        raise Invalid(_("must be one line of text and not empty"), key=attribute.name)


def _zone(_instance: Any, attribute: Attribute[str], value: str) -> None:
    from zoneinfo import ZoneInfo, available_timezones

    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        zones = available_timezones()
        cities = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(zones)}
        city = cities.get(value.replace(" ", "_").casefold())
        near = _(" (did you mean {name}?)", name=city) if city else did_you_mean(value, zones)
        raise Invalid(
            _('not a time zone: {value}; use a name such as "Asia/Seoul" or "UTC"{near}', value=repr(value), near=near),
            key=attribute.name,
        ) from None


def _language(_instance: Any, attribute: Attribute[str], value: str) -> None:
    if not _LANGUAGE.fullmatch(value):
        raise Invalid(
            _('not a language: {value}; use a code such as "en" or "ko"', value=repr(value)), key=attribute.name
        )


def _accounts(_instance: Any, attribute: Attribute[tuple[str, ...]], value: tuple[str, ...]) -> None:
    for name in value:
        if not name or any(c.isspace() or c in ":,\0" for c in name):
            raise Invalid(_("not an account name: {name}", name=repr(name)), key=attribute.name)


def _url(_instance: Any, attribute: Attribute[str], value: str) -> None:
    if value.startswith("sqlite:///") and len(value) > len("sqlite:///"):
        return
    if re.match(r"postgresql(\+psycopg)?://", value):
        return
    scheme = value.partition(":")[0]
    raise Invalid(
        _(
            'must be "sqlite:///FILE" or "postgresql://USER@HOST/DATABASE", not a URL that begins with {scheme}',
            scheme=repr(scheme),
        ),
        key=attribute.name,
    )


def handle(_instance: Any, attribute: Attribute[str | None], value: str | None) -> None:
    """Validate an attrs field that names a team or an agent."""
    if value is not None and not _HANDLE.fullmatch(value):
        raise Invalid(
            _('not a handle: {value}; use letters, digits, ".", "_" and "-"', value=repr(value)), key=attribute.name
        )


@frozen(kw_only=True)
class DeskTable:
    """The table `[desk]`.

    `undo_window`: the time for which a reply waits and can be undone. `close_after`: the time after which a solved
    ticket is closed. `keep_spam`: the time for which the text of spam is kept. `link_valid`: the time for which a
    one-time code is accepted. `digest`: after a first notification, the notifications of this time are sent in one
    message; "0s" sends each at once. `ingest_users`: accounts besides the owner that may run `deskctl mail ingest`.
    """

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
    """The table `[store]`. The URL may contain a password, so it is not in the repr."""

    url: str = field(default="sqlite:///desk.db", validator=_url, repr=False)

    @property
    def file(self) -> Path | None:
        """The file of a SQLite store, None for PostgreSQL."""
        prefix = "sqlite:///"
        return Path(self.url.removeprefix(prefix).partition("?")[0]) if self.url.startswith(prefix) else None

    def absolute(self, folder: Path) -> str:
        """Return the URL with an absolute path. The path of a SQLite file is relative to `folder`."""
        prefix = "sqlite:///"
        if not self.url.startswith(prefix):
            return self.url
        file, mark, options = self.url.removeprefix(prefix).partition("?")
        return f"{prefix}{folder.absolute() / file}{mark}{options}"


@frozen(kw_only=True)
class DaemonTable:
    """The table `[daemon]`. `run_dir`: the folder of the socket and the lock; by default that of the configuration."""

    run_dir: Path | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"


@frozen(kw_only=True)
class PluginsTable:
    """The table `[plugins]`.

    `only`: load these plugins only. `disabled`: do not load these plugins. `dir`: a folder of one-file plugins.
    The tables `[plugins.NAME]` are defined by the plugins.
    """

    only: tuple[str, ...] | None = None
    disabled: tuple[str, ...] = ()
    dir: Path | None = None


def _texts(_instance: Any, attribute: Attribute[Mapping[str, str]], value: Mapping[str, str]) -> None:
    for language, text in value.items():
        if not _LANGUAGE.fullmatch(language):
            raise Invalid(
                _('not a language: {language}; use a code such as "en" or "ko"', language=repr(language)),
                key=attribute.name,
            )
        if not text.strip():
            raise Invalid(_("the text for {language} is empty", language=language), key=attribute.name)


def _authority(_instance: Any, attribute: Attribute[str | None], value: str | None) -> None:
    if value is not None and (not value or any(c.isspace() or c == ";" for c in value)):
        raise Invalid(_("not the name of a mail server: {value}", value=repr(value)), key=attribute.name)


def _greeting(_instance: Any, attribute: Attribute[Any], value: str | Mapping[str, str]) -> None:
    if not isinstance(value, str):
        _texts(_instance, attribute, value)


@frozen(kw_only=True)
class AcknowledgeTable:
    """The key `acknowledge` of a channel: the automatic confirmation of a new ticket."""

    hours: str = ""
    within: str = ""
    texts: Mapping[str, str] = field(factory=dict, validator=_texts)


@frozen(kw_only=True)
class ChannelCommon:
    """The keys of `[channels.NAME]` that all channel types share. The channel type defines the others."""

    type: str
    team: str | None = field(default=None, validator=handle)
    sender_name: str = field(default="{desk}", validator=_line)
    authority: str | None = field(default=None, validator=_authority)
    acknowledge: AcknowledgeTable | bool = False
    answer: bool = False
    greeting: str | Mapping[str, str] = field(default=cast("str | Mapping[str, str]", ""), validator=_greeting)
    hours: str = ""

    def acknowledgement(self) -> Acknowledgement | None:
        """Return the automatic confirmation of a new ticket, None if there is none."""
        table = AcknowledgeTable() if self.acknowledge is True else self.acknowledge
        return Acknowledgement(table.texts, table.hours or self.hours, table.within) if table else None

    def greetings(self) -> Mapping[str, str]:
        """Return the greetings by language. The key "" stands for every language."""
        if isinstance(self.greeting, str):
            return {"": self.greeting} if self.greeting.strip() else {}
        return self.greeting


@frozen(kw_only=True)
class ChannelTable:
    """A channel after loading. `config` is an instance of the config class of its type."""

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


def _label(_instance: Any, attribute: Attribute[Any], value: str | Mapping[str, str]) -> None:
    _check_label(value, attribute.name)


def _labels(_instance: Any, attribute: Attribute[Any], value: Mapping[str, str | Mapping[str, str]]) -> None:
    for choice, label in value.items():
        _check_label(label, f"{attribute.name}.{choice}")


def _check_label(label: str | Mapping[str, str], key: str) -> None:
    for language, text in {"": label}.items() if isinstance(label, str) else label.items():
        if language and not _LANGUAGE.fullmatch(language):
            raise Invalid(
                _('not a language: {language}; use a code such as "en" or "ko"', language=repr(language)), key=key
            )
        if len(text) > LONGEST_LABEL or not is_line(text):
            raise Invalid(_("must be one line of at most {limit} characters", limit=LONGEST_LABEL), key=key)
        if language and not text.strip():
            raise Invalid(_("the text for {language} is empty", language=language), key=key)


def _choices(_instance: Any, attribute: Attribute[Any], value: tuple[str, ...]) -> None:
    seen: set[str] = set()
    for choice in value:
        if not choice or choice != choice.strip() or len(choice) > LONGEST_LABEL or not is_line(choice):
            raise Invalid(
                _(
                    "not a choice: {choice}; use one line of at most {limit} characters without blanks around it",
                    choice=repr(choice),
                    limit=LONGEST_LABEL,
                ),
                key=attribute.name,
            )
        if choice in seen:
            raise Invalid(_("the choice {choice} is there twice", choice=repr(choice)), key=attribute.name)
        seen.add(choice)


@frozen(kw_only=True)
class FieldTable:
    """The table `[fields.NAME]`: a ticket field of this desk.

    `label` is its name for people. `choices` are the values of a field of the type choice, `choice_labels` their names
    for people. `required_to_solve`: an agent cannot solve a ticket without a value.
    """

    type: Literal["text", "number", "date", "choice", "bool"]
    label: str | Mapping[str, str] = field(default=cast("str | Mapping[str, str]", ""), validator=_label)
    choices: tuple[str, ...] = field(default=(), validator=_choices)
    choice_labels: Mapping[str, str | Mapping[str, str]] = field(factory=dict, validator=_labels)
    required_to_solve: bool = False

    def __attrs_post_init__(self) -> None:
        if self.type == "choice" and not self.choices:
            raise Invalid(_('is missing; name the values, as in ["refund", "exchange"]'), key="choices")
        if self.type != "choice" and self.choices:
            raise Invalid(_('only a field of the type "choice" has choices'), key="choices")
        for choice in self.choice_labels:
            if choice not in self.choices:
                near = did_you_mean(choice, self.choices)
                raise Invalid(_("not one of the choices{near}", near=near), key=f"choice_labels.{choice}")

    def declaration(self, name: str) -> Field:
        """Return the declaration of the field, as the core uses it."""
        choices = tuple(normalize("NFC", choice) for choice in self.choices)
        labels = {normalize("NFC", choice): label for choice, label in self.choice_labels.items()}
        return Field(name, FieldType(self.type), self.label, choices, labels, self.required_to_solve)


@frozen(kw_only=True)
class CoreTables:
    """The whole file except `[channels]` and `[fields]`."""

    desk: DeskTable
    store: StoreTable = StoreTable()
    daemon: DaemonTable = DaemonTable()
    plugins: PluginsTable = PluginsTable()


@frozen(kw_only=True)
class Config:
    """A valid configuration. `path`, `store.url` and `daemon.run_dir` are absolute.

    `plugin_tables` are the tables `[plugins.NAME]` by plugin, each an instance of the plugin's config class.
    """

    path: Path
    desk: DeskTable
    store: StoreTable
    daemon: DaemonTable
    plugins: PluginsTable
    channels: Mapping[str, ChannelTable]
    plugin_tables: Mapping[str, Any] = field(factory=dict)
    fields: Mapping[str, FieldTable] = field(factory=dict)

    @property
    def folder(self) -> Path:
        return self.path.parent

    @property
    def run_dir(self) -> Path:
        return self.daemon.run_dir or self.folder

    def owners(self) -> frozenset[int]:
        """Return the uids that own the desk while no daemon runs.

        These are the owners of the configuration, of the folder of the socket and the lock, and of the store's file.
        """
        found = []
        for path in (self.path, self.run_dir, self.store.file):
            if path is not None:
                with contextlib.suppress(OSError):
                    found.append(path.stat().st_uid)
        return frozenset(found)

    def settings(self) -> Settings:
        """Return the settings that the core uses."""
        desk = self.desk
        return Settings(desk.name, desk.timezone, desk.language).with_features(
            Channels({name: channel.info() for name, channel in self.channels.items()}),
            DeliverySettings(desk.undo_window),
            TicketSettings(desk.close_after, {name: table.declaration(name) for name, table in self.fields.items()}),
            MessageSettings(desk.keep_spam),
            ContactSettings(desk.link_valid),
            NotificationSettings(desk.digest),
        )
