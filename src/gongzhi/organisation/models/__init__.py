"""People, what they may do, how they sign in, and the register of each unit's liaison posts."""

from .factor import Authenticator, RecoveryCode
from .filing import Filing
from .ids import uuid7
from .people import FormerPassword, Grant, Link, People, Person
from .sitting import Failure, Lock, Sitting

__all__ = [
    "Authenticator", "Failure", "Filing", "FormerPassword", "Grant", "Link", "Lock", "People",
    "Person", "RecoveryCode", "Sitting", "uuid7",
]  # fmt: skip
