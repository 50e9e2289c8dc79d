"""Fault points for channels (see `deskctl.faultpoints`). A plugin marks its exchanges with a peer with them."""

from __future__ import annotations

from ..faultpoints import exchange, reach

__all__ = ["exchange", "reach"]
