"""Why an act of this room is not done."""


class Refused(Exception):
    """The text is Chinese and says why and what to do."""
