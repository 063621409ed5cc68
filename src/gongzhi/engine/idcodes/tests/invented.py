"""Strategies for invented codes: right ones, mutated ones, and text of every kind."""

from hypothesis import strategies as st

from gongzhi.engine.idcodes import make_credit_code, make_person_id, organisation_check
from gongzhi.engine.idcodes.digits import CREDIT_ALPHABET

letters = st.sampled_from(CREDIT_ALPHABET)
# Region 990000 is nobody's; years beyond 2200 are nobody's birthday.
person_prefixes = st.builds(
    "990000{:04d}{:02d}{:02d}{:03d}".format,
    st.integers(2200, 2999),
    st.integers(1, 12),
    st.integers(1, 28),
    st.integers(0, 999),
)
person_ids = person_prefixes.map(make_person_id)
organisation_codes = (
    st.text(letters, min_size=8, max_size=8)
    .filter(lambda t: t != "0" * 8)
    .map(lambda body: body + organisation_check(body))
)
credit_codes = st.builds(
    lambda head, region, inside: make_credit_code(f"{head}{region:06d}{inside}"),
    st.sampled_from(["11", "12", "51", "52", "91", "92", "93", "N1"]),
    st.integers(990000, 999999),
    organisation_codes,
)
characters = st.characters(codec="utf-8")
odd_texts = st.one_of(
    st.none(),
    st.text(characters, max_size=24),
    st.text(st.sampled_from("0123456789ABCDEFXYZabcx -　*.'０９ＡEIO年"), min_size=0, max_size=20),
    st.text(st.sampled_from("0123456789"), min_size=6, max_size=19),
    st.sampled_from(
        ["", " ", "-", "无", "111", "0" * 18, "1" * 18, "9.14E+17", "915101070549352000", "E12345678"]
    ),
    organisation_codes,
    organisation_codes.map(lambda code: f"{code[:8]}-{code[8]}"),
    organisation_codes.map(lambda code: "330602" + code),
)


@st.composite
def mutated(draw, codes):
    """A right code with up to two places changed, cased or padded."""
    code = draw(codes)
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(code) - 1))
        code = code[:at] + draw(st.sampled_from(CREDIT_ALPHABET + "OIZSVxｘ ０")) + code[at + 1 :]
    if draw(st.booleans()):
        code = code.lower()
    return (
        draw(st.sampled_from(["", " ", "\t", "'"])) + code + draw(st.sampled_from(["", "　", "\u200b", "."]))
    )


any_text = st.one_of(odd_texts, credit_codes, person_ids, mutated(credit_codes), mutated(person_ids))
