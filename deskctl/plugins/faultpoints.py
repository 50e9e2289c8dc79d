"""The fault points of `deskctl.faultpoints`, for channels: a plugin names its exchanges with a peer by them."""

from __future__ import annotations

from ..faultpoints import exchange, reach

__all__ = ["exchange", "reach"]
