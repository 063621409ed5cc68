"""SM2, SM3, SM4: signatures, digests, tokens for persons, sealed columns, hash chains, content hashes.

The algorithms are OpenSSL's, through `cryptography` and `hashlib`, libgcrypt's for much data, and Tongsuo's
for SM2; nothing here implements a cipher or a curve, and SM3 once more only for whole columns of tokens
(`crowd`). `self_test` proves them by the standards' known answers and belongs into every start.
"""

from gongzhi.engine.crypto.chains import (
    GENESIS,
    InclusionStep,
    Tree,
    chain,
    inclusion_proof,
    merkle_root,
    verify_inclusion,
)
from gongzhi.engine.crypto.content import content_hash, row_hashes
from gongzhi.engine.crypto.digest import file_sm3, hmac_sm3, load_crowd, sm3
from gongzhi.engine.crypto.files import SealedFile, open_file, seal_file
from gongzhi.engine.crypto.keys import Key, KeyRing, KeyState, UnknownKeyError, derive_key, derive_ring
from gongzhi.engine.crypto.sealing import SealBroken, seal, seal_column, seal_version, unseal, unseal_column
from gongzhi.engine.crypto.selftest import SelfTestError, self_test
from gongzhi.engine.crypto.signing import ALGORITHM, NoPublicKey, PublicKey, Signer
from gongzhi.engine.crypto.statements import Signed, canonical, fault, sign, signed_of
from gongzhi.engine.crypto.tokens import person_token, person_tokens, token_version
from gongzhi.engine.crypto.witness import Witness, add_to_witness, read_witness

__all__ = [
    "ALGORITHM",
    "GENESIS",
    "InclusionStep",
    "Key",
    "KeyRing",
    "KeyState",
    "NoPublicKey",
    "PublicKey",
    "SealBroken",
    "SealedFile",
    "SelfTestError",
    "Signed",
    "Signer",
    "Tree",
    "UnknownKeyError",
    "Witness",
    "add_to_witness",
    "canonical",
    "chain",
    "content_hash",
    "derive_key",
    "derive_ring",
    "fault",
    "file_sm3",
    "hmac_sm3",
    "inclusion_proof",
    "load_crowd",
    "merkle_root",
    "open_file",
    "person_token",
    "person_tokens",
    "read_witness",
    "row_hashes",
    "seal",
    "seal_column",
    "seal_file",
    "seal_version",
    "self_test",
    "sign",
    "signed_of",
    "sm3",
    "token_version",
    "unseal",
    "unseal_column",
    "verify_inclusion",
]
