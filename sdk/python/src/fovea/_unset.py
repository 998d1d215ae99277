from __future__ import annotations


class Unset:
    """What an argument is that was not given, where None says something."""

    def __repr__(self) -> str:
        return "UNSET"


UNSET = Unset()
