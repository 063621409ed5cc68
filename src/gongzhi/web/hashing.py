"""How passwords are kept: Argon2id over a keyed SM3 of the password (security.md 3.1).

Memory-hard, and worthless without the key of the home: a stolen database alone cannot be searched.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

from gongzhi.engine.crypto import hmac_sm3


class KeyedArgon2(Argon2PasswordHasher):
    """Argon2id, 100 MiB; the password goes in as HMAC-SM3 under the home's password key."""

    algorithm = "argon2_sm3"

    def encode(self, password: str, salt: str) -> str:
        return str(super().encode(_keyed(password), salt))

    def verify(self, password: str, encoded: str) -> bool:
        return bool(super().verify(_keyed(password), encoded))


def _keyed(password: str) -> str:
    return hmac_sm3(settings.KEYS.current("password").secret, password.encode()).hex()
