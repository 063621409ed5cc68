"""What is said when an act of this room cannot be done."""


class Refused(Exception):
    """An act that cannot be done; the text says why and how to mend it, in Chinese."""


class Barred(Exception):
    """Nobody may try to sign in now: for `seconds` from this address, or with this name until lifted."""

    def __init__(self, seconds: int = 0) -> None:
        super().__init__(seconds)
        self.seconds = seconds
