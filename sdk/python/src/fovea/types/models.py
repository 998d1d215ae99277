"""The catalog of models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional

from .._parse import Answer


@dataclass(frozen=True)
class Model(Answer):
    """A model that sees. `extra` has what is known of it: `limits`, `rule`, `formats`, prices, `capabilities`."""

    id: str
    provider: str
    #: Date of the facts.
    as_of: str
    source: str
    #: Says so when the vendor takes the model away soon, or did.
    warning: Optional[str]


@dataclass(frozen=True)
class Models(Answer):
    as_of: str
    models: List[Model]
