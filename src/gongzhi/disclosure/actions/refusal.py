"""What is said when somebody may not look, or may not decide."""

from __future__ import annotations

from collections.abc import Sequence


class Refused(Exception):
    """An act that cannot be done; `faults` are parts of the form with what is wrong there, in Chinese."""

    def __init__(self, *faults: tuple[str, str], code: str = "asked_wrongly") -> None:
        super().__init__("；".join(text for _, text in faults))
        self.faults: Sequence[tuple[str, str]] = faults
        self.code = code
