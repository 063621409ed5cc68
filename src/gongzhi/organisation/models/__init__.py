"""People, what they may do, how they sign in, the keys of machines, and each unit's liaison posts."""

from .factor import Authenticator, RecoveryCode
from .filing import Filing
from .ids import uuid7
from .keys import ApiKey, Nonce, Tally, TurnedAway
from .people import FormerPassword, Grant, Link, People, Person
from .sitting import Failure, Lock, Sitting

__all__ = [
    "ApiKey", "Authenticator", "Failure", "Filing", "FormerPassword", "Grant", "Link", "Lock",
    "Nonce", "People", "Person", "RecoveryCode", "Sitting", "Tally", "TurnedAway", "uuid7",
]  # fmt: skip
