"""Build the documentation as a website: `make site`.

The pages link to files outside docs/, such as the READMEs of the plugins. Therefore this script first copies all pages,
and the files that they link to, into a folder with the layout of the repository, and then runs MkDocs on it in strict
mode. The result needs no network: neither to be built nor to be read.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / ".site" / "source"
RESULT = ROOT / ".site" / "html"
PAGES = ("*.md", "docs/**/*.md", "plugins/*/README.md", "examples/plugins/*/README.md")

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)(?:#[^)\s]*)?\)")
_CODE = re.compile(r"^(`{3,}).*?^\1", re.MULTILINE | re.DOTALL)
#: Attributes of a page that make a browser load something.
_LOADED = re.compile(
    r'<(?:script|img|iframe|source)\b[^>]*\bsrc="(?:https?:)?//'
    r'|<link\b(?![^>]*rel="canonical")[^>]*\bhref="(?:https?:)?//'
)


def files() -> set[Path]:
    """Return the pages and the files that they link to."""
    pages = {path for pattern in PAGES for path in ROOT.glob(pattern)}
    found = set(pages)
    for page in pages:
        for target in _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8"))):
            file = (page.parent / target).resolve()
            if ":" not in target and file.is_file():
                found.add(file)
    return found


def copy() -> None:
    """Copy the pages and the linked files into a new folder."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    for file in sorted(files()):
        target = SOURCE / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def loaded_from_the_network() -> list[str]:
    """Return the built pages that load something from another host."""
    return [str(page) for page in sorted(RESULT.rglob("*.html")) if _LOADED.search(page.read_text(encoding="utf-8"))]


def main() -> int:
    """Build the site. Return the exit code."""
    copy()
    # --quiet would hide warnings from --strict.
    build = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    built = subprocess.run(build, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, check=False)
    if built.returncode:
        return built.returncode
    if pages := loaded_from_the_network():
        sys.stderr.write("\n  ".join(["these pages load files from the network:", *pages]) + "\n")
        return 1
    sys.stdout.write(f"built {RESULT.relative_to(ROOT)}/index.html\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
