"""The way to a unit's own database: encrypted, the server's certificate checked, nothing less by mistake."""

import datetime as dt
import ipaddress
import os

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.postgres import DEBIANS, WHY_NOT, listening

from gongzhi.engine.calendar import parse_period
from gongzhi.engine.doors import Database, Source
from gongzhi.intake.actions.pulling import PullFailed
from gongzhi.intake.actions.pulling.database import rows_of

pytestmark = pytest.mark.skipif(DEBIANS is None, reason=WHY_NOT)

NAMED, UNNAMED = "127.0.0.2", "127.0.0.3"  # addresses that are not taken for this machine's own
PORT = 20_000 + os.getpid() % 20_000


def signed(subject, key, *, issuer=None, issuer_key=None, names=()):
    """A certificate; without an issuer its own authority."""
    today = dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    made = x509.CertificateBuilder(
        subject_name=name, issuer_name=issuer.subject if issuer else name, public_key=key.public_key(),
        serial_number=x509.random_serial_number(), not_valid_before=today - dt.timedelta(days=1),
        not_valid_after=today + dt.timedelta(days=1),
    )  # fmt: skip
    made = made.add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    if names:
        addresses = [x509.IPAddress(ipaddress.ip_address(one)) for one in names]
        made = made.add_extension(x509.SubjectAlternativeName(addresses), critical=False)
    return made.sign(issuer_key or key, hashes.SHA256())


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def authorities(tmp_path_factory):
    """Files with the certificates of who signed the server's, and of somebody else; a server runs."""
    folder = tmp_path_factory.mktemp("authorities")
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(3)]
    right, wrong = signed("right", keys[0]), signed("wrong", keys[1])
    (folder / "right.pem").write_bytes(pem(right))
    (folder / "wrong.pem").write_bytes(pem(wrong))
    server = signed("front", keys[2], issuer=right, issuer_key=keys[0], names=[NAMED])
    key = keys[2].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with listening(address=f"{NAMED},{UNNAMED}", port=PORT, certificate=pem(server), key=key):
        yield folder


def encrypted(**database):
    """Whether the rows came over an encrypted connection, as the server says."""
    source = Source(
        name="front", unit="建设交通局", resource="9.5", since=dt.date(2026, 1, 1),
        query="SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
        database=Database(kind="postgresql", port=PORT, name="postgres", user="reader", **database),
    )  # fmt: skip
    with rows_of(source, parse_period("2026Q3")) as (_, rows):
        return [row[0] for row in rows]


def test_rows_come_encrypted_from_a_server_whose_certificate_is_right(authorities):
    assert encrypted(host=NAMED, authority=str(authorities / "right.pem")) == [True]


@pytest.mark.parametrize(
    ("host", "authority"),
    [(NAMED, "wrong.pem"), (NAMED, None), (UNNAMED, "right.pem")],
    ids=["signed by another", "signed by nobody public", "for another address"],
)
def test_a_server_that_cannot_be_trusted_is_not_asked(authorities, host, authority):
    told = str(authorities / authority) if authority else None
    with pytest.raises(PullFailed) as failed:
        encrypted(host=host, authority=told)
    assert failed.value.code == "no_connection"


def test_only_who_gives_it_up_reads_without_the_check(authorities):
    assert encrypted(host=UNNAMED, tls=False) == [True]  # encrypted where the server can, yet by anybody
