"""Write `reference/config.md` from the schema, the installed plugins and `config.example.toml`."""

from pathlib import Path

from deskctl.config.reference import reference
from deskctl.plugins.manager import load

ROOT = Path(__file__).parent.parent
example = (ROOT / "config.example.toml").read_text(encoding="utf-8")
page = reference(example, load(environ={}).channel_types)
(ROOT / "docs/reference/config.md").write_text(page, encoding="utf-8")
