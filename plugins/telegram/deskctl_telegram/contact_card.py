"""Contact cards (vCard), written so that they are readable without Telegram."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .json_access import as_dict, as_text, clean_text, one_line

_PROPERTY = re.compile(
    r"(?:^|\n)(?:item\d+\.)?(EMAIL|TEL|ORG|TITLE|URL|NOTE|ADR|BDAY)[^:\n]{0,200}:([^\n]{1,300})", re.IGNORECASE
)


def describe_contact(message: Mapping[str, Any]) -> str:
    """Return the contact card of a message in a few lines; `""` if it has none."""
    contact = as_dict(message.get("contact"))
    if not contact:
        return ""
    name = " ".join(filter(None, (one_line(contact.get("first_name")), one_line(contact.get("last_name")))))
    number = one_line(contact.get("phone_number"), 40)
    return "\n".join((f"contact: {name} {number}".strip(), *_properties(contact, number)))


def _properties(contact: Mapping[str, Any], number: str) -> list[str]:
    """Return the vCard's properties except the name and the number that Telegram shows itself."""
    lines = []
    digits = re.sub(r"\D", "", number)
    for kind, value in _PROPERTY.findall(clean_text(as_text(contact.get("vcard")))[:4_000])[:20]:
        words = one_line(value.replace(";", " ").replace("\\,", ","))
        if words and not (kind.upper() == "TEL" and re.sub(r"\D", "", words) == digits):
            lines.append(f"{kind.lower()}: {words}")
    return lines
