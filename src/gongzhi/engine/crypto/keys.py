"""Keys by purpose and version, derived from a master secret that only the caller ever holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KeyState = Literal["active", "decrypt_only"]
KEY_SIZE = 32
LEAST_MASTER_SIZE = 32
_SALT = b"gongzhi/keys/1"
_MOST_VERSIONS = 0xFFFF


class UnknownKeyError(LookupError):
    """No key of this purpose and version, or none that is active."""


@dataclass(frozen=True, slots=True)
class Key:
    """32 secret bytes for one purpose. `version` counts from 1 to 65,535 within the purpose.

    A `decrypt_only` key opens and recognises what it once made, and makes nothing new.
    """

    version: int
    purpose: str
    secret: bytes = field(repr=False)
    state: KeyState = "active"

    def __post_init__(self) -> None:
        if not 1 <= self.version <= _MOST_VERSIONS:
            raise ValueError(f"a key's version lies between 1 and {_MOST_VERSIONS}, not {self.version}")
        if len(self.secret) != KEY_SIZE:
            raise ValueError(f"a key has {KEY_SIZE} bytes")
        if not self.purpose:
            raise ValueError("a key needs a purpose")


class KeyRing:
    """All keys in use: any number of versions for each purpose, at most one of them active."""

    __slots__ = ("_keys",)

    def __init__(self, keys: Iterable[Key]) -> None:
        self._keys: dict[tuple[str, int], Key] = {}
        active: set[str] = set()
        for key in keys:
            if (key.purpose, key.version) in self._keys:
                raise ValueError(f"two keys {key.purpose} {key.version}")
            if key.state == "active" and key.purpose in active:
                raise ValueError(f"two active keys for {key.purpose}")
            if key.state == "active":
                active.add(key.purpose)
            self._keys[key.purpose, key.version] = key

    def current(self, purpose: str) -> Key:
        """The active key of a purpose; UnknownKeyError when there is none."""
        for key in self._keys.values():
            if key.purpose == purpose and key.state == "active":
                return key
        raise UnknownKeyError(f"no active key for {purpose}")

    def get(self, purpose: str, version: int) -> Key:
        """The key of a purpose and version, in whatever state; UnknownKeyError when there is none."""
        try:
            return self._keys[purpose, version]
        except KeyError:
            raise UnknownKeyError(f"no key {purpose} {version}") from None

    def versions(self, purpose: str) -> tuple[int, ...]:
        """Every version kept for a purpose, oldest first."""
        return tuple(sorted(version for name, version in self._keys if name == purpose))

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys.values())

    def __len__(self) -> int:
        return len(self._keys)


def derive_key(master: bytes, purpose: str, version: int, state: KeyState = "active") -> Key:
    """The key of a purpose and version: HKDF-SM3 (RFC 5869) of the master with both as info.

    Independent for each purpose and version. ValueError when the master has fewer than 32 bytes.
    """
    if len(master) < LEAST_MASTER_SIZE:
        raise ValueError(f"a master secret has at least {LEAST_MASTER_SIZE} bytes")
    info = b"%b\x00%d" % (purpose.encode(), version)
    secret = HKDF(algorithm=hashes.SM3(), length=KEY_SIZE, salt=_SALT, info=info).derive(master)
    return Key(version, purpose, secret, state)


def derive_ring(master: bytes, states: Mapping[str, Mapping[int, KeyState]]) -> KeyRing:
    """A ring from one master secret: `states` names purpose → version → state."""
    return KeyRing(
        derive_key(master, purpose, version, state)
        for purpose, versions in states.items()
        for version, state in versions.items()
    )
