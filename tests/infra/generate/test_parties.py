"""The made-up enterprises and their access."""

from infra.generate.parties import demo_partners


def test_every_partner_has_a_role_and_its_own_codes() -> None:
    partners = {partner.partner_id: partner for partner in demo_partners()}
    assert len(partners) == len(demo_partners())
    assert {role for partner in partners.values() for role in partner.roles} == {
        "platform",
        "payment",
        "logistics",
        "declarant",
        "customs",
        "operator",
        "warehouse",
    }
    codes = [code for partner in partners.values() for code in partner.codes]
    assert len(set(codes)) == len(codes)
    assert all(len(code) == 10 and code.startswith("3207") and not code.isdigit() for code in codes)
    assert partners["customs"].codes == partners["operator"].codes == ()
