"""Compare the results of `parse` for a folder of mails with the expected results, field by field.

python bench/parse_score.py FOLDER       # FOLDER/mail/*.eml, FOLDER/mail/expected.json, FOLDER/replies.jsonl
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "plugins" / "email"))

from deskctl.plugins import Envelope
from deskctl_email.json_document import mail_document
from deskctl_email.parse import parse
from deskctl_email.visible_text import visible_text


def collapse(value: object) -> object:
    return " ".join(value.split()) if isinstance(value, str) else value


def mails(folder: Path) -> None:
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()

    def compare(file: str, field: str, wanted: object, got: object) -> None:
        total[field] += 1
        if collapse(wanted) == collapse(got):
            right[field] += 1
        else:
            print(f"{file}: {field}\n   wanted {collapse(wanted)!r:.300}\n   got    {collapse(got)!r:.300}")

    for wanted in json.loads((folder / "expected.json").read_text("utf-8")):
        file = wanted.pop("file")
        got = mail_document(file, parse((folder / file).read_bytes(), Envelope("pipe", datetime.now(UTC))))
        for field, value in wanted.items():
            if field == "attachment_count":
                compare(file, field, value, len(got["attachments"]))
            elif field == "attachments":
                for index, attachment in enumerate(value):
                    there = got["attachments"][index] if index < len(got["attachments"]) else {}
                    for key, one in attachment.items():
                        compare(file, f"attachments.{key}", one, there.get(key))
            else:
                compare(file, field, value, got[field])
    for field in total:
        print(f"{field:24} {right[field]} of {total[field]}")


def replies(file: Path) -> None:
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for line in file.read_text("utf-8").splitlines():
        case = json.loads(line)
        got = str(collapse(visible_text(case["input"])))
        if case["check"] == "exact":
            good = got == collapse(case["expected_visible"])
        else:
            good = all(str(collapse(one)) in got for one in case["must"]) and not any(
                str(collapse(one)) in got for one in case["must_not"]
            )
        total[case["set"]] += 1
        right[case["set"]] += good
        if not good:
            print(
                f"{case['id']}: {case['check']}\n   wanted {collapse(case.get('expected_visible') or '')!r:.600}"
                f" {case.get('must')} not {case.get('must_not')}\n   got    {got!r:.900}"
            )
    for name in total:
        print(f"visible {name:16} {right[name]} of {total[name]}")


if __name__ == "__main__":
    mails(Path(sys.argv[1]) / "mail")
    replies(Path(sys.argv[1]) / "replies.jsonl")
