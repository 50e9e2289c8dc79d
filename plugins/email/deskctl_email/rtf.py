"""Rich text that Outlook packs (MS-OXRTFCP), as plain text: the body of some winmail.dat and nothing else."""

from __future__ import annotations

import struct

from . import charset

#: Bytes of RTF, unpacked: more is not read at all, and only the first `_READ` become text. Both steps take about a
#: second a megabyte, and a small mail can hold a large one.
_LARGEST, _READ = 1_000_000, 262_144


def to_text(packed: bytes) -> str:
    """What it says; `""` for what is damaged or too large."""
    if len(packed) < 16 or struct.unpack_from("<I", packed, 4)[0] > _LARGEST:
        return ""
    from compressed_rtf import decompress
    from striprtf.striprtf import rtf_to_text

    try:
        rtf = decompress(packed)[:_READ]
        return charset.clean(rtf_to_text(rtf.decode("latin-1"), errors="replace"))
    except Exception:  # noqa: BLE001 - two parsers of an old format on whatever was sent
        return ""
