"""Signed statements: one canonical form, and the reason why evidence does not hold."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.engine.crypto import Signer, Tree, derive_key, sm3
from gongzhi.engine.crypto.statements import canonical, fault, sign, signed_of

SIGNER = Signer(derive_key(bytes(range(32)), "sign", 1))
OTHER = Signer(derive_key(bytes(range(32)), "sign", 2))
KEYS = {SIGNER.public.identity: SIGNER.public}
LEAVES = [sm3(b"%d" % number) for number in range(5)]
TREE = Tree(LEAVES)


@pytest.fixture
def evidence():
    return sign(SIGNER, TREE.root, {"kind": "trial", "size": 5}).evidence(TREE.proof(3))


def test_evidence_holds_for_its_leaf_through_a_file(evidence):
    again = json.loads(json.dumps(evidence))
    assert fault(LEAVES[3], again, KEYS) == ""
    assert fault(None, again, KEYS) == ""
    assert signed_of(again).leaf == sign_leaf(evidence)


def sign_leaf(evidence):
    return sm3(canonical([evidence["statement"], evidence["signature"]]))


BROKEN = {
    "path": lambda e: e["path"].pop(),
    "signature": lambda e: e["statement"].update(size=6),
    "unknown_key": lambda e: e["statement"].update(key=OTHER.public.identity),
    "malformed": lambda e: e.pop("path"),
}


@pytest.mark.parametrize("reason", BROKEN)
def test_the_reason_is_told(evidence, reason):
    BROKEN[reason](evidence)
    assert fault(LEAVES[3], evidence, KEYS) == reason


def test_another_leaf_and_another_key_do_not_hold(evidence):
    assert fault(LEAVES[2], evidence, KEYS) == "path"
    assert fault(LEAVES[3], evidence, {SIGNER.public.identity: OTHER.public}) == "signature"
    assert fault(LEAVES[3], evidence, {}) == "unknown_key"


SHAPES = [
    None, [], "x", 7, {}, {"statement": 1, "signature": "", "path": []},
    {"statement": {}, "signature": "00", "path": []},
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_what_is_no_evidence_is_malformed_and_never_an_error(shape):
    assert fault(LEAVES[0], shape, KEYS) == "malformed"


STEPS = [None, "left", ["left"], ["up", "00" * 32], ["left", "zz"], ["left", 1], [[], {}]]


@pytest.mark.parametrize("step", STEPS)
def test_a_path_of_anything_but_steps_is_malformed(evidence, step):
    evidence["path"] = [step]
    assert fault(LEAVES[3], evidence, KEYS) == "malformed"


def test_a_statement_cannot_name_another_algorithm(evidence):
    changed = copy.deepcopy(evidence)
    changed["statement"]["algorithm"] = "none"
    assert fault(LEAVES[3], changed, KEYS) == "malformed"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(json_values, json_values)
def test_different_values_have_different_canonical_forms(one, other):
    written = [json.dumps(value, sort_keys=True) for value in (one, other)]
    assert (canonical(one) == canonical(other)) == (written[0] == written[1])


@given(json_values)
def test_forged_evidence_is_refused_whatever_it_is(value):
    assert fault(LEAVES[0], value, KEYS) == "malformed"
