"""Signatures of customs messages: known answers, tampering, wrapping, and the place of the Signature."""

import base64
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from events.ceb.signature import Reason, SignatureError, SignatureProfile, SoftwareSigner, fingerprint, sign, verify
from events.problems import InvalidInputError

IN_FORCE = datetime(2027, 1, 1, tzinfo=UTC)
DS = "http://www.w3.org/2000/09/xmldsig#"
EXAMPLES = {"official-sm3": SignatureProfile.SM2_SM3, "legacy-sha1": SignatureProfile.SM2_SHA1}
ORDERS = (
    '<ceb:CEB311Message xmlns:ceb="http://www.chinaport.gov.cn/ceb" version="1.0">\n'
    "  <ceb:Order><ceb:note/><ceb:buyerName>李&amp;明</ceb:buyerName></ceb:Order>\n"
    "</ceb:CEB311Message>"
).encode()


def rsa_pems() -> tuple[bytes, bytes]:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "RSA")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 0x1A2B).not_valid_before(
        datetime(2020, 1, 1, tzinfo=UTC)
    )
    certificate = made.not_valid_after(datetime(2050, 1, 1, tzinfo=UTC)).sign(key, hashes.SHA256())
    pkcs8, no_password = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    key_pem = key.private_bytes(serialization.Encoding.PEM, pkcs8, no_password)
    return key_pem, certificate.public_bytes(serialization.Encoding.PEM)


def rsa_signer() -> SoftwareSigner:
    return SoftwareSigner.from_pem(*rsa_pems(), SignatureProfile.RSA_SHA1)


def signer_of(profile: SignatureProfile) -> SoftwareSigner:
    return rsa_signer() if profile is SignatureProfile.RSA_SHA1 else SoftwareSigner.throwaway("test", profile)


@pytest.fixture(scope="module")
def signer() -> SoftwareSigner:
    return SoftwareSigner.throwaway("测试 & <test>")


@pytest.fixture(scope="module")
def signed(signer: SoftwareSigner) -> bytes:
    return sign(ORDERS, signer)


def part(message: bytes, name: str) -> bytes:
    start, end = f"<ds:{name}>".encode(), f"</ds:{name}>".encode()
    return message[message.index(start) + len(start) : message.index(end)]


def without_signature(message: bytes) -> bytes:
    end = b"</ds:Signature>"
    return message[: message.index(b"<ds:Signature ")] + message[message.index(end) + len(end) :]


@pytest.mark.parametrize("profile", SignatureProfile)
def test_what_is_signed_verifies(profile: SignatureProfile) -> None:
    signer = signer_of(profile)
    found = verify(sign(ORDERS, signer))
    assert (found.status, found.reason, found.text) == ("valid", None, "")
    assert (found.profile, found.digest_ok, found.signature_ok) == (profile, True, True)
    assert (found.key_name, found.certificate_der) == (signer.key_name, signer.certificate_der)
    if profile is not SignatureProfile.RSA_SHA1:
        assert len(base64.b64decode(part(sign(ORDERS, signer), "SignatureValue"))) == 64


def test_the_key_name_is_the_serial_number_unless_given(signer: SoftwareSigner) -> None:
    assert rsa_signer().key_name == "1a2b"
    assert signer.key_name == "测试 & <test>"


def test_the_signed_message_is_the_digested_text_with_the_signature_in_it(signed: bytes) -> None:
    plain = without_signature(signed)
    assert plain == etree.tostring(etree.fromstring(plain), method="c14n")
    assert b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"' in plain
    assert b"/>" not in signed
    assert b'>\n<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:Canon' in signed
    assert signed.endswith(b"</ds:KeyInfo></ds:Signature></ceb:CEB311Message>")


@pytest.mark.parametrize(
    "namespaces",
    [
        'xmlns="http://a/?b=1"',
        f'xmlns:ds="{DS}"',
        f'xmlns:sig="{DS}" xmlns:A="a:b" xmlns:xsi="x:y"',
    ],
)
def test_every_namespace_in_scope_is_part_of_what_is_signed(signer: SoftwareSigner, namespaces: str) -> None:
    message = sign(ORDERS.replace(b" version", f" {namespaces} version".encode()), signer)
    assert verify(message).status == "valid"
    assert f'<ds:Signature xmlns:ds="{DS}">'.encode() in message


@pytest.mark.parametrize(("name", "after"), [("CEB603Message", "ExtendMessage"), ("CEB621Message", None)])
def test_an_export_signature_stands_before_the_extension_and_an_import_one_last(
    signer: SoftwareSigner, name: str, after: str | None
) -> None:
    extension = b"<ceb:ExtendMessage><ceb:name>n</ceb:name></ceb:ExtendMessage>\n</ceb:CEB311Message>"
    message = ORDERS.replace(b"</ceb:CEB311Message>", extension).replace(b"CEB311Message", name.encode())
    message = sign(message, signer)
    following = next(etree.fromstring(message).iter(f"{{{DS}}}Signature")).getnext()
    assert (None if following is None else etree.QName(following).localname) == after
    assert verify(message).status == "valid"


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (ORDERS.replace(b"311", b"312"), "carries no signature"),
        (ORDERS.replace(b"gov.cn/ceb", b"gov.cn/other"), "carries no signature"),
        (ORDERS.replace(b" version", b' xml:lang="zh" version'), "xml:"),
        (ORDERS.replace(b" version", b' xmlns:r="relative" version'), "no canonical form"),
    ],
)
def test_what_cannot_be_signed_is_refused(signer: SoftwareSigner, message: bytes, words: str) -> None:
    with pytest.raises(SignatureError, match=words):
        sign(message, signer)


def test_an_ampersand_in_a_namespace_is_signed_as_canonical_xml_writes_it(signer: SoftwareSigner) -> None:
    """libxml2 forgets to escape it, in the root as within."""
    message = ORDERS.replace(b"<ceb:Order>", b'<ceb:Order xmlns:r="http://a/?b&amp;c">')
    message = sign(message.replace(b" version", b' xmlns:s="u:&amp;amp;" version'), signer)
    assert b'<ceb:Order xmlns:r="http://a/?b&amp;c">' in message
    assert b' xmlns:s="u:&amp;amp;"' in message
    assert verify(message).status == "valid"
    assert verify(message.replace(b"?b&amp;c", b"?b&amp;d")).reason is Reason.DIGEST


def test_a_signed_message_is_not_signed_again(signer: SoftwareSigner, signed: bytes) -> None:
    with pytest.raises(SignatureError, match="signed already"):
        sign(signed, signer)


@pytest.mark.parametrize("message", [b"", b"<a>", b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'])
def test_unsafe_xml_is_neither_signed_nor_believed(signer: SoftwareSigner, message: bytes) -> None:
    with pytest.raises(InvalidInputError):
        sign(message, signer)
    assert verify(message).reason is Reason.MALFORMED


def test_a_message_without_signature_is_absent_not_invalid() -> None:
    assert verify(ORDERS).status == "absent"


def test_a_profile_that_is_not_configured_is_refused(signed: bytes) -> None:
    found = verify(signed, {SignatureProfile.SM2_SHA1, SignatureProfile.RSA_SHA1})
    assert (found.status, found.reason) == ("invalid", Reason.URI_NOT_ALLOWED)


def test_a_certificate_counts_only_while_it_is_in_force(signed: bytes) -> None:
    now = datetime.now(UTC)
    for at in (now - timedelta(days=2), now + timedelta(days=3651)):
        found = verify(signed, at=at)
        assert (found.status, found.reason) == ("invalid", Reason.CERTIFICATE_EXPIRED)
        assert (found.digest_ok, found.signature_ok) == (True, True)


def test_the_certificate_of_another_key_is_refused(signed: bytes) -> None:
    for other in (SoftwareSigner.throwaway("other"), rsa_signer()):
        found = verify(signed.replace(part(signed, "X509Certificate"), base64.b64encode(other.certificate_der)))
        assert (found.status, found.reason, found.digest_ok) == ("invalid", Reason.SIGNATURE, True)


SPOILED = [
    (b'URI=""', b'URI="#a"', Reason.EXTERNAL_REFERENCE),
    (b' URI=""', b"", Reason.EXTERNAL_REFERENCE),
    (b"enveloped-signature", b"base64", Reason.TRANSFORM_NOT_ALLOWED),
    (b"</ds:Transforms>", b'<ds:Transform Algorithm="x"/></ds:Transforms>', Reason.TRANSFORM_NOT_ALLOWED),
    (b"ds:Transforms>", b"ds:Other>", Reason.TRANSFORM_NOT_ALLOWED),
    (
        b"<ds:Transforms>",
        b'<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">'
        b"<ds:XPath>1</ds:XPath></ds:Transform>",
        Reason.TRANSFORM_NOT_ALLOWED,
    ),
    (b"<ds:Transform A", b"<ds:Transform xmlns:ds='urn:other' A", Reason.MALFORMED),
    (b"</ds:Transforms>", b"text</ds:Transforms>", Reason.MALFORMED),
    (b"REC-xml-c14n-20010315", b"REC-xml-c14n-20010315#WithComments", Reason.URI_NOT_ALLOWED),
    (b"xmldsig#sm2-sm3", b"xmldsig#hmac-sha1", Reason.URI_NOT_ALLOWED),
    (b"xmldsig#sm3", b"xmldsig#sha1", Reason.URI_NOT_ALLOWED),
    (b"</ds:Signature></", b"<ds:Object/></ds:Signature></", Reason.MALFORMED),
    (b"</ds:Signature></", b"text</ds:Signature></", Reason.MALFORMED),
    (b"</ds:SignatureValue>", b"<x/></ds:SignatureValue>", Reason.MALFORMED),
    (b"</ds:SignatureMethod>", b"1</ds:SignatureMethod>", Reason.MALFORMED),
    (b"<ds:X509Certificate>", b"<ds:X509Certificate>!", Reason.MALFORMED),
    (b"<ds:X509Certificate>", b"<ds:X509Certificate>AAAA", Reason.CERTIFICATE),
    (b"<ceb:Order>", b"<?x?><ceb:Order>", Reason.MALFORMED),
    (b" version", b' xml:lang="zh" version', Reason.MALFORMED),
    (b"<ceb:Order>", b"<ceb:Order><ds:Signature xmlns:ds='" + DS.encode() + b"'/>", Reason.SECOND_SIGNATURE),
    (b"<ds:SignatureValue>", b"<ds:SignatureValue>AAAA", Reason.SIGNATURE),
]


@pytest.mark.parametrize(("text", "spoiled", "reason"), SPOILED)
def test_only_the_one_shape_of_the_standard_is_accepted(
    signed: bytes, text: bytes, spoiled: bytes, reason: Reason
) -> None:
    assert text in signed
    found = verify(signed.replace(text, spoiled))
    assert (found.status, found.reason) == ("invalid", reason)
    assert found.text


def test_a_signed_message_wrapped_in_another_is_refused(signed: bytes) -> None:
    wrapped = ORDERS.replace(b"<ceb:note/>", signed)
    assert verify(wrapped).reason is Reason.MISPLACED_SIGNATURE


def test_the_unused_bits_of_base64_cannot_be_changed_unseen(signed: bytes) -> None:
    value = part(signed, "SignatureValue")
    other = value[:-3] + bytes([value[-3] + 1]) + value[-2:]
    assert base64.b64decode(value) == base64.b64decode(other)
    assert verify(signed.replace(value, other)).reason is Reason.MALFORMED


def test_keys_that_cannot_sign_are_refused(signer: SoftwareSigner) -> None:
    with pytest.raises(SignatureError, match="SM2 keys"):
        SoftwareSigner.throwaway("x", SignatureProfile.RSA_SHA1)
    for profile in SignatureProfile:
        with pytest.raises(SignatureError, match="not the PEM"):
            SoftwareSigner.from_pem(b"no key", b"no certificate", profile)
    (key, certificate), (_, other_certificate) = rsa_pems(), rsa_pems()
    with pytest.raises(SignatureError, match="another key"):
        SoftwareSigner.from_pem(key, other_certificate, SignatureProfile.RSA_SHA1)
    with pytest.raises(SignatureError, match="certificate cannot be read"):
        SoftwareSigner.from_pem(key, key, SignatureProfile.RSA_SHA1)
    with pytest.raises(SignatureError, match="not the PEM of an SM2 key"):
        SoftwareSigner.from_pem(key, certificate, SignatureProfile.SM2_SM3)
    assert "_key" not in repr(signer)


def test_the_cryptographic_libraries_load_only_when_needed() -> None:
    code = "import events.ceb.signature, sys; assert not {'tongsuopy', 'cryptography'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.fixture(scope="session")
def examples(shared_ceb: Path) -> Path:
    return shared_ceb / "signed_example"


@pytest.mark.shared
@pytest.mark.parametrize(("example", "profile"), EXAMPLES.items())
def test_the_known_answers_verify(examples: Path, example: str, profile: SignatureProfile) -> None:
    message = (examples / f"CEB311.signed.{example}.xml").read_bytes()
    found = verify(message, at=IN_FORCE)
    assert (found.status, found.profile, found.key_name) == ("valid", profile, "synthetic")
    assert verify(message, {profile}, at=IN_FORCE).status == "valid"


@pytest.mark.shared
@pytest.mark.parametrize(("example", "profile"), EXAMPLES.items())
def test_signing_gives_the_known_digest_and_signed_info(
    examples: Path, example: str, profile: SignatureProfile
) -> None:
    key, certificate = ((examples / f"sm2-test-{kind}.pem").read_bytes() for kind in ("key", "cert"))
    expected = json.loads((examples / f"expected.{example}.json").read_text())
    known = (examples / f"CEB311.signed.{example}.xml").read_bytes()
    signer = SoftwareSigner.from_pem(key, certificate, profile, "synthetic")
    message = sign((examples / "CEB311.unsigned.xml").read_bytes(), signer)
    assert part(message, "DigestValue").decode() == expected["digestValue"]
    assert message.replace(part(message, "SignatureValue"), part(known, "SignatureValue")) == known.strip()


@pytest.mark.shared
@pytest.mark.parametrize("example", EXAMPLES)
def test_no_byte_can_be_changed_but_those_of_the_key_name(examples: Path, example: str) -> None:
    """XMLDSig signs no KeyInfo: the certificate is held by its own signature, the KeyName by nothing."""
    message = (examples / f"CEB311.signed.{example}.xml").read_bytes().rstrip()
    name = range(start := message.index(b"<ds:KeyName>") + len("<ds:KeyName>"), message.index(b"</ds:KeyName>"))
    assert message[start : name.stop] == b"synthetic"
    for at in range(len(message)):
        changed = bytearray(message)
        changed[at] ^= 1
        assert (verify(bytes(changed), at=IN_FORCE).status == "valid") == (at in name), message[at : at + 20]


def test_a_changed_certificate_of_its_own_key_is_refused(signed: bytes) -> None:
    whole = base64.b64decode(part(signed, "X509Certificate"))
    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 1
        found = verify(signed.replace(part(signed, "X509Certificate"), base64.b64encode(changed)))
        assert found.status == "invalid", at


@pytest.mark.shared
def test_the_placeholder_signatures_of_the_official_samples_are_invalid(shared_ceb: Path) -> None:
    samples = [path.read_bytes() for path in sorted((shared_ceb / "samples").rglob("*.xml"))]
    found = [verify(sample, at=IN_FORCE) for sample in samples]
    assert [one.status for one in found] == ["invalid" if b"Signature>" in sample else "absent" for sample in samples]
    assert {one.reason for one in found} == {None, Reason.DIGEST}
    assert len(samples) == 39


@pytest.mark.shared
def test_a_signed_list_is_valid_by_the_official_schema(shared_ceb: Path, signer: SoftwareSigner) -> None:
    schema = etree.XMLSchema(etree.parse(shared_ceb / "xsd" / "import_business_node.xsd"))
    sample = without_signature((shared_ceb / "samples" / "import" / "CEB621Message.xml").read_bytes())
    message = sign(sample, signer)
    assert not schema.validate(etree.fromstring(sample))
    schema.assertValid(etree.fromstring(message))
    assert verify(message).status == "valid"


def test_only_known_signers_count_where_some_are_known(signer: SoftwareSigner, signed: bytes) -> None:
    """By the certificate itself; what is wrong otherwise stays what it is."""
    stranger = verify(sign(ORDERS, SoftwareSigner.throwaway("stranger")))
    known = {fingerprint(signer.certificate_der)}
    assert (stranger.status, stranger.by(known).status) == ("valid", "invalid")
    assert stranger.by(known).reason is Reason.UNKNOWN_SIGNER
    assert stranger.by(()) == stranger
    assert verify(signed).by(known).status == "valid"
    changed = verify(signed.replace("李".encode(), "王".encode()))
    assert changed.by(known).reason is changed.reason is Reason.DIGEST
    assert verify(ORDERS).by(known).status == "absent"
