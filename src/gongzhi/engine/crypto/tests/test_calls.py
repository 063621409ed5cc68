"""The signature of calls: the vectors that others try their clients against, and the client of the how-to."""

import json
import re
from pathlib import Path

import pytest

from gongzhi.engine.crypto import sm3
from gongzhi.engine.crypto.calls import claim_of, right, signature, signed_text

DOCS = Path(__file__).parents[5] / "docs"
VECTORS = json.loads((DOCS / "how-to" / "machine-door-vectors.json").read_text("utf-8"))
HOW_TO, HANDBOOK = (
    (DOCS / name).read_text("utf-8") for name in ("how-to/use-the-machine-door.md", "handbook/接口.md")
)
CLIENT, SAME = (re.search(r"```python\n(import.*?)```", text, re.DOTALL)[1] for text in (HOW_TO, HANDBOOK))


@pytest.mark.parametrize("call", VECTORS["calls"], ids=lambda call: call["address"])
def test_a_vector_gives_its_signature_here_and_in_the_sample_client(call):
    method, path, query, *_ = call["signed"].split("\n")
    text = signed_text(
        method=method, path=path, query=query, body=sm3(call["body"].encode()), ts=call["ts"],
        nonce=call["nonce"], kid=call["kid"],
    )  # fmt: skip
    assert text.decode() == call["signed"]
    assert right(VECTORS["secret"], text, call["sig"])
    assert not right(VECTORS["secret"][::-1], text, call["sig"])
    client: dict = {}
    exec(CLIENT, client)
    said = (call[name] for name in ("method", "address"))
    rest = (call[name] for name in ("ts", "nonce", "kid"))
    assert client["signature"](VECTORS["secret"], *said, call["body"].encode(), *rest) == call["sig"]


def test_the_chinese_page_has_the_same_client_and_a_true_example():
    assert SAME == CLIENT
    secret, kid, ts, nonce, address, sig = re.search(
        r"密钥 `(.*?)`，`kid` 为 `(.*?)`，`ts` 为 `(.*?)`，`nonce` 为 `(.*?)`，"
        r"`GET (.*?)`.*?`sig` 应为\n`(.*?)`",
        HANDBOOK,
    ).groups()
    client: dict = {}
    exec(SAME, client)
    assert client["signature"](secret, "GET", address, b"", ts, nonce, kid) == sig


def test_the_header_is_read_back():
    sig = signature("secret", b"text")
    claim = claim_of(f"TG1 kid=gz01, ts=1790000000, nonce=0123456789abcdef, sig={sig}")
    assert (claim.kid, claim.ts, claim.nonce, claim.sig) == ("gz01", 1790000000, "0123456789abcdef", sig)
    assert claim_of(f"TG1 kid=gz01, ts=-1, nonce=0123456789abcdef, sig={sig}") is None
    assert claim_of(f"TG1 kid=gz01, ts=1, nonce=0123456789abcdef, sig={sig.upper()}") is None
