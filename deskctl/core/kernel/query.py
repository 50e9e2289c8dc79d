"""The base of queries: requests that change nothing, each a frozen dataclass.

The answer is the JSON document that `--json` prints; the features' `views.py` define the documents.
"""

from __future__ import annotations

from typing import ClassVar

from ...dataclass import dataclass
from .permissions import Audience

#: Every query by name; filled when the modules are imported.
REGISTRY: dict[str, type[Query]] = {}


@dataclass(frozen=True, slots=True)
class Query:
    """A request that changes nothing.

    `audience`: the callers that may use it. `names_agent`: the query is attributed to the agent at the shell; queries
    about the configuration of the desk are attributed to the system user instead.
    """

    names_agent: ClassVar[bool] = True

    audience: ClassVar[Audience] = Audience.DESK

    def __init_subclass__(cls, audience: Audience | None = None) -> None:
        if audience is not None:  # `dataclass(slots=True)` makes the class a second time, without arguments
            cls.audience = audience
        REGISTRY[cls.__name__] = cls
