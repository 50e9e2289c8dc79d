"""A real Dovecot for the tests: IMAP and LMTP on loopback, run by an ordinary user from a temporary folder."""

from __future__ import annotations

import imaplib
import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.certificate import Certificate
from tests.servers.process import Account, ServerProcess, missing, remove
from tests.servers.waiting import answers, free_port, wait_until

_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/run
instance_name = deskctl-tests-{pid}
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
last_valid_uid = 0
mail_location = maildir:~/Maildir
mail_fsync = never
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = {mechanisms}
auth_username_chars =
{passdb}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
ssl = {ssl}
{keys}
service imap-login {{
  chroot =
  service_count = 0
  process_limit = 2
  client_limit = 200
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = {tls}
  }}
}}
service imap {{
  process_limit = 200
}}
service lmtp {{
  client_limit = 1
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp_port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service auth {{
  user = {user}
}}
service auth-worker {{
  user = {user}
}}
protocol imap {{
  mail_max_userip_connections = 200
}}
"""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The mailbox of one test. `imap()` returns a client in addition to the tested one."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)

    @contextmanager
    def imap(self) -> Iterator[imaplib.IMAP4]:
        client = imaplib.IMAP4(self.host, self.port, timeout=20)
        try:
            client.login(self.user, self.password)
            yield client
        finally:
            client.logout()

    def append(self, raw: bytes, folder: str = "INBOX", flags: str = "") -> int:
        """Add a message as if it had been delivered, and return its UID. Creates the folder."""
        return self.append_all([raw], folder, flags)[0]

    def append_all(self, messages: list[bytes], folder: str = "INBOX", flags: str = "") -> list[int]:
        """Add several messages over one connection, and return their UIDs."""
        uids = []
        with self.imap() as client:
            if folder != "INBOX":
                client.create(_quoted(folder))
            for raw in messages:
                crlf = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
                said, data = client.append(_quoted(folder), flags, "", crlf)
                assert said == "OK", data
                uids.append(int(data[0].split(b"APPENDUID ")[1].split(b"]")[0].split()[1]))
        return uids

    def uids(self, folder: str = "INBOX") -> list[int]:
        """Return the UIDs of the messages in a folder, [] if it does not exist."""
        with self._selected(folder) as client:
            if client is None:
                return []
            return [int(uid) for uid in client.uid("SEARCH", "ALL")[1][0].split()]

    def flags(self, uid: int, folder: str = "INBOX") -> set[str]:
        r"""Return the flags of a message, for example {"\\Seen"}."""
        with self._selected(folder) as client:
            assert client is not None, folder
            data = client.uid("FETCH", str(uid), "(FLAGS)")[1]
            assert data and isinstance(data[0], bytes), f"no message {uid} in {folder}"
            return {flag.decode() for flag in imaplib.ParseFlags(data[0])}

    def raw(self, uid: int, folder: str = "INBOX") -> bytes:
        """Return the bytes of a message. It stays unseen."""
        with self._selected(folder) as client:
            assert client is not None, folder
            data = client.uid("FETCH", str(uid), "(BODY.PEEK[])")[1]
            return b"".join(part[1] for part in data if isinstance(part, tuple))

    def set_flags(self, uid: int, *flags: str, folder: str = "INBOX") -> None:
        """Mark a message as seen, like a person with a mail program."""
        with self.imap() as client:
            client.select(_quoted(folder))
            client.uid("STORE", str(uid), "+FLAGS", f"({' '.join(flags)})")

    def remove(self, folder: str) -> None:
        """Delete a folder. A new folder with the same name has another UIDVALIDITY."""
        with self.imap() as client:
            said, data = client.delete(_quoted(folder))
            assert said == "OK", data

    @contextmanager
    def _selected(self, folder: str) -> Iterator[imaplib.IMAP4 | None]:
        with self.imap() as client:
            said, _ = client.select(_quoted(folder), readonly=True)
            yield client if said == "OK" else None


class DovecotServer:
    """A running server. `host`, `port` (plain and STARTTLS), `tls_port` (None without openssl), `lmtp_port`."""

    host = "127.0.0.1"

    def __init__(self, program: str, certificate: Certificate | None, introspection: str | None = None) -> None:
        """`introspection` is the URL to verify tokens. With it, password logins are disabled."""
        self.certificate = certificate
        self._introspection = introspection
        self._program = program
        self._account = Account.ordinary("nobody")
        self._folder = self._account.folder("desk-dc-")
        self._numbers = itertools.count(1)
        self._password = f"secret-{os.getpid()}"
        self.port = free_port()
        self.lmtp_port = free_port()
        self.tls_port = free_port() if certificate else None
        self._process = self._start()

    @property
    def lmtp(self) -> tuple[str, int]:
        """Return the host and port of LMTP."""
        return self.host, self.lmtp_port

    def _config(self) -> str:
        keys = ""
        if self.certificate:
            # Dovecot reads both as its own user, who cannot read root's files.
            for name, source in (("cert", self.certificate.cert), ("key", self.certificate.key)):
                copy = self._folder / f"{name}.pem"
                copy.write_bytes(source.read_bytes())
                os.chown(copy, self._account.uid, self._account.gid)
            keys = f"ssl_cert = <{self._folder}/cert.pem\nssl_key = <{self._folder}/key.pem"
        return _CONFIG.format(
            folder=self._folder,
            pid=os.getpid(),
            user=self._account.name,
            group=self._account.group,
            uid=self._account.uid,
            gid=self._account.gid,
            mechanisms="xoauth2" if self._introspection else "plain login",
            passdb=self._passdb(),
            port=self.port,
            tls_port=self.tls_port or 0,
            tls="yes" if self.certificate else "no",
            lmtp_port=self.lmtp_port,
            ssl="yes" if self.certificate else "no",
            keys=keys,
        )

    def _passdb(self) -> str:
        if self._introspection is None:
            return f"passdb {{\n  driver = static\n  args = password={self._password}\n}}"
        table = self._folder / "oauth2.conf"
        table.write_text(
            f"introspection_url = {self._introspection}\nintrospection_mode = post\n"
            "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
        )
        os.chown(table, self._account.uid, self._account.gid)
        return f"passdb {{\n  driver = oauth2\n  mechanisms = xoauth2\n  args = {table}\n}}"

    def _start(self) -> ServerProcess:
        config = self._folder / "dovecot.conf"
        config.write_text(self._config())
        os.chown(config, self._account.uid, self._account.gid)
        process = ServerProcess([self._program, "-F", "-c", str(config)], self._account, self._folder / "output")
        wait_until(lambda: self._ready(process), 20, "Dovecot accepts connections")
        return process

    def _ready(self, process: ServerProcess) -> bool:
        if not process.alive():
            log = self._folder / "dovecot.log"
            raise RuntimeError(f"Dovecot ended: {process.last_output()}{log.read_text() if log.exists() else ''}")
        return answers(self.port) and answers(self.lmtp_port)

    def mailbox(self) -> Mailbox:
        """Return a new, empty mailbox. Mail for `user` also arrives over LMTP."""
        return Mailbox(self.host, self.port, f"box{next(self._numbers)}@desk.test", self._password)

    def stop(self) -> None:
        """Close all connections and stop listening. The mailboxes stay."""
        self._process.stop()

    def start(self) -> None:
        """Listen again, on the same ports."""
        self._process = self._start()

    def restart(self) -> None:
        self.stop()
        self.start()

    def close(self) -> None:
        self._process.stop()
        remove(self._folder)


def open_dovecot(certificate: Certificate | None, introspection: str | None = None) -> DovecotServer:
    """Start a server, or skip the test with a hint to install one."""
    program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if program is None or not _speaks_lmtp():
        missing("Dovecot with IMAP and LMTP", "apt-get install dovecot-imapd dovecot-lmtpd")
        raise AssertionError("unreachable")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
    if not version.startswith("2.3."):
        missing("Dovecot 2.3", f"the tests' configuration is written for it; found {version.strip()}")
    return DovecotServer(program, certificate, introspection)


def _speaks_lmtp() -> bool:
    folders = (Path("/usr/lib/dovecot"), Path("/usr/libexec/dovecot"), Path("/usr/local/libexec/dovecot"))
    return any((folder / "imap").exists() and (folder / "lmtp").exists() for folder in folders)


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
