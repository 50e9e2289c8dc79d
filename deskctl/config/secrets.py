"""Passwords and tokens. The configuration names the place of a secret; the secret is read when it is used.

password = { env = "MAIL_PASSWORD" }
password = { file = "mail-password" }               # relative to the folder of the configuration; not world-readable
password = { credential = "mail-password" }         # systemd: LoadCredential= / SetCredentialEncrypted=
password = { command = ["pass", "show", "mail"] }   # a string is run by /bin/sh
password = "…"                                      # accepted with a warning
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ..errors import ConfigError
from ..i18n import _
from .problems import Invalid, did_you_mean

SOURCES: Final = ("env", "file", "credential", "command")
COMMAND_SECONDS: Final = 30


class Secret:
    """A secret value that is never shown. Only `reveal` reads it."""

    __slots__ = ("_base", "_kind", "_value")

    def __init__(self, kind: str, value: str | tuple[str, ...], base: Path | None = None) -> None:
        self._kind = kind
        self._value = value
        self._base = base or Path()

    @classmethod
    def of(cls, raw: Any, base: Path | None = None) -> Secret:
        """Return the secret of a TOML value. Files are relative to `base`. Raises Invalid, without the value."""
        if isinstance(raw, Secret):
            return raw
        if isinstance(raw, str):
            if not raw:
                raise Invalid(_("is empty; remove the key if no password is needed"))
            return cls("literal", raw, base)
        wanted = "{ env = … }, { file = … }, { credential = … } or { command = … }"
        if not isinstance(raw, Mapping):
            raise Invalid(_("must be one of {wanted}", wanted=wanted))
        for key in raw:
            if key not in SOURCES:
                raise Invalid(
                    _("unknown key; use {wanted}{suggestion}", wanted=wanted, suggestion=did_you_mean(key, SOURCES)),
                    key=key,
                )
        if len(raw) != 1:
            raise Invalid(_("must have exactly one of the keys {names}", names=", ".join(SOURCES)))
        [(kind, value)] = raw.items()
        if kind == "command" and isinstance(value, list) and value and all(isinstance(w, str) for w in value):
            return cls(kind, tuple(value), base)
        if not isinstance(value, str) or not value.strip():
            raise Invalid(_("must be text or a list of words") if kind == "command" else _("must be text"), key=kind)
        if kind == "credential" and (value in (".", "..") or "/" in value):
            raise Invalid(_("must be a name without a path, as in LoadCredential=NAME:…"), key=kind)
        return cls(kind, value, base)

    @property
    def literal(self) -> bool:
        """True if the configuration contains the value itself."""
        return self._kind == "literal"

    @property
    def source(self) -> str:
        """The source of the value, for messages. It never contains the value or the arguments of a command."""
        if self._kind == "literal":
            return _("the configuration")
        if self._kind == "command":
            return (
                _("the command {name}", name=self._value[0]) if isinstance(self._value, tuple) else _("a shell command")
            )
        return f"{self._kind} {self._value}"

    def reveal(self) -> str:
        """Read the value and remove the newline at its end. Blocking. Raises ConfigError that names the source."""
        value = {
            "literal": self._literal,
            "env": self._env,
            "file": self._file,
            "credential": self._credential,
            "command": self._command,
        }[self._kind]().rstrip("\r\n")
        if not value:
            raise ConfigError(_("the password from {source} is empty", source=self.source))
        return value

    def file_problem(self) -> str:
        """Return the problem with the place of the value, "" if there is none. Reads no value and runs no command."""
        if self._kind != "file":
            return ""
        path = self._base / str(self._value)
        try:
            mode = path.stat().st_mode
        except OSError:
            return ""  # the user of the daemon may have access
        if mode & stat.S_IROTH:
            return _("{path} is readable by all users: chmod 600 {path}", path=path)
        return ""

    @property
    def missing(self) -> str:
        """The configured file if it does not exist, "" otherwise."""
        path = self._base / str(self._value)
        return str(path) if self._kind == "file" and not path.exists() else ""

    @property
    def unset(self) -> str:
        """The configured environment variable if it is not set in this process, "" otherwise."""
        return str(self._value) if self._kind == "env" and not os.environ.get(str(self._value)) else ""

    def _literal(self) -> str:
        return str(self._value)

    def _env(self) -> str:
        try:
            return os.environ[str(self._value)]
        except KeyError:
            raise ConfigError(
                _("the environment variable {name} is not set", name=self._value), _("set it to the password")
            ) from None

    def _file(self) -> str:
        return _read(self._base / str(self._value))

    def _credential(self) -> str:
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        if not folder:
            raise ConfigError(
                _("no systemd credential {name}: $CREDENTIALS_DIRECTORY is not set", name=self._value),
                _("start the daemon with systemd and LoadCredential= in its unit"),
            )
        return _read(Path(folder) / str(self._value))

    def _command(self) -> str:
        import signal
        import subprocess

        shell = isinstance(self._value, str)
        try:
            process = subprocess.Popen(
                self._value if shell else list(self._value),
                shell=shell,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # it may repeat the password
                cwd=self._base,
                start_new_session=True,  # so that its child processes are killed with it
            )
        except OSError as error:
            raise ConfigError(
                _("{source} cannot be run: {reason}", source=self.source, reason=error.strerror)
            ) from None
        with process:
            try:
                output, _errors = process.communicate(timeout=COMMAND_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                raise ConfigError(
                    _(
                        "{source} did not return a password within {command_seconds} s",
                        source=self.source,
                        command_seconds=COMMAND_SECONDS,
                    )
                ) from None
        if process.returncode != 0:
            raise ConfigError(_("{source} failed with exit status {code}", source=self.source, code=process.returncode))
        return _decoded(output, self.source)

    def __repr__(self) -> str:
        return f"Secret({self.source})"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._place == other._place

    def __hash__(self) -> int:
        return hash(self._place)

    @property
    def _place(self) -> tuple[str, str | tuple[str, ...], Path]:
        return self._kind, self._value, self._base

    def __reduce__(self) -> Any:
        raise TypeError("a Secret cannot be pickled")


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & stat.S_IROTH:
                raise ConfigError(
                    _("{path} contains a password and is readable by all users", path=path),
                    _("chmod 600 {path}", path=path),
                )
            return _decoded(file.read(1 << 20), str(path))
    except OSError as error:
        raise ConfigError(
            _("cannot read the password file {path}: {reason}", path=path, reason=error.strerror)
        ) from None


def _decoded(value: bytes, source: str) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise ConfigError(_("the password from {where} is not UTF-8 text", where=source)) from None
