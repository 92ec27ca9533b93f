"""What the API tells of a thing that the server holds: the fields that the answer names, and no other."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """An answer whose fields are called as those of what it tells of."""

    model_config = ConfigDict(from_attributes=True)

    @classmethod
    def of(cls, told: object) -> Self:
        """The answer that tells of it; what the answer does not name stays on the server."""
        return cls.model_validate(told)
