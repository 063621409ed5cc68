"""People, what they may do, how they sign in, the keys of machines, and each unit's liaison posts."""

from .factor import Authenticator, RecoveryCode
from .filing import FILED, Filing
from .ids import uuid7
from .keys import Answer, ApiKey, Author, Nonce, Tally, TurnedAway, person_of
from .people import FormerPassword, Grant, Link, People, Person
from .sitting import Failure, Lock, Sitting

__all__ = [
    "FILED", "Answer", "ApiKey", "Authenticator", "Author", "Failure", "Filing", "FormerPassword", "Grant",
    "Link", "Lock", "Nonce", "People", "Person", "RecoveryCode", "Sitting", "Tally", "TurnedAway",
    "person_of", "uuid7",
]  # fmt: skip
