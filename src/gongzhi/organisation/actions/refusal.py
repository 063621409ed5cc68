"""What is said when an act of this room cannot be done."""


class Refused(Exception):
    """An act that cannot be done; the text says why and how to mend it, in Chinese."""
