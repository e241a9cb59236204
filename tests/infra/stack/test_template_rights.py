"""Who may do what by the template: exactly what is listed, and every way around the list is found."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from infra.stack.lambdas import CAPABILITIES
from infra.stack.template import TEMPLATE, parse, whole
from tests.infra.stack.rights import RIGHTS, Right, complaints, rights

CODE = TEMPLATE.parent / "functions"
Resources = dict[str, Any]
Bend = Callable[[Resources], None]


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    """The whole template."""
    return parse(whole())


def test_everybody_may_what_is_listed_and_nothing_else(template: dict[str, Any]) -> None:
    """No right more or less, no wildcard without its reason in `Metadata.Wildcards`, no reason without a wildcard."""
    assert complaints(template) == []
    functions = {name for name, one in template["Resources"].items() if one["Type"] == "AWS::Serverless::Function"}
    assert functions - {"WorkerFunction"} <= RIGHTS.keys()


@pytest.mark.parametrize(
    ("module", "secret"),
    [
        ("functions.money.post", "SigningSecret"),  # signs each order to move money
        ("functions.declaration.signing", "SigningSecret"),
        ("functions.ledger.buyers", "BuyersSecret"),
        ("functions.data_keys", "PayloadKeysSecret"),  # the seeds of orders' keys are sealed with them
    ],
)
def test_who_uses_a_secret_may_read_it(template: dict[str, Any], module: str, secret: str) -> None:
    """By the imports of each capability; the emulator checks no roles, so nothing else would show it before AWS."""
    using = [name for name in CAPABILITIES if any(module in file.read_text() for file in (CODE / name).glob("*.py"))]
    assert using
    for name in using:
        function = f"{name.title().replace('_', '')}Function"
        given = rights(template["Resources"][function]["Properties"])
        assert Right("secretsmanager:GetSecretValue", secret) in given, function
        assert Right("kms:Decrypt", "DataKey.Arn") in given, function


def _also(name: str, **statement: Any) -> Bend:
    """One more statement for a function."""

    def bend(resources: Resources) -> None:
        policies = resources[name]["Properties"].setdefault("Policies", [{"Version": "2012-10-17", "Statement": []}])
        policies[-1]["Statement"].append({"Effect": "Allow", **statement})

    return bend


def _with(name: str, key: str, value: Any) -> Bend:
    """One more property."""
    return lambda resources: resources[name]["Properties"].update({key: value})


def _retention_may_everything(resources: Resources) -> None:
    resources["RetentionPolicy"]["Properties"]["PolicyDocument"]["Statement"][0].update(Action="*", Resource="*")


def _everybody_becomes_temporal(resources: Resources) -> None:
    resources["TemporalRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] = "*"


def _every_account_becomes_temporal(resources: Resources) -> None:
    (trust,) = resources["TemporalRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    trust["Principal"] = {"AWS": ["*"]}


def _says_anything(resources: Resources) -> None:
    (*_, says) = resources["LedgerFunction"]["Properties"]["Policies"][0]["Statement"]
    del says["Condition"]


def _reads_no_inbox(resources: Resources) -> None:
    resources["DispatchFunction"]["Properties"]["Policies"][-1]["Statement"].pop(0)


def _makes_interfaces(resources: Resources) -> None:
    resources["RefundFunction"]["Properties"]["Policies"].remove({"Ref": "NetworkPolicy"})


def _connected(resources: Resources) -> None:
    to = {"Properties": {"Destination": {"Id": "LedgerTable"}, "Permissions": ["Write"]}}
    resources["TaxFunction"]["Connectors"] = {"ToLedger": to}


def _one_more_role(resources: Resources) -> None:
    arns = ["arn:aws:iam::aws:policy/AdministratorAccess"]
    resources["Another"] = {"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": arns}}


def _without_reason(resources: Resources) -> None:
    del resources["DossierFunction"]["Metadata"]


@pytest.mark.parametrize(
    ("bend", "named", "wrong"),
    [
        (_also("GatewayFunction", Action="secretsmanager:GetSecretValue", Resource="*"), "GatewayFunction", "'*'"),
        (_also("GatewayFunction", Action="kms:Decrypt", Resource="*"), "GatewayFunction", "kms:Decrypt"),
        (_also("DispatchFunction", Action=["s3:GetObject"], Resource=["*"]), "DispatchFunction", "s3:GetObject"),
        (_retention_may_everything, "RetentionPolicy", "action='*', resource='*'"),
        (_everybody_becomes_temporal, "TemporalRole", "open to the principal *"),
        (_every_account_becomes_temporal, "TemporalRole", "open to the principal *"),
        (_with("TaxFunction", "Policies", ["AdministratorAccess"]), "TaxFunction", "AdministratorAccess"),
        (_with("TaxFunction", "Policies", "AdministratorAccess"), "TaxFunction", "AdministratorAccess"),
        (_with("TaxFunction", "Policies", [{"Ref": "WorkerPolicy"}]), "TaxFunction", "WorkerPolicy"),
        (_with("TaxFunction", "Policies", [{"AMIDescribePolicy": {}}]), "TaxFunction", "AMIDescribePolicy"),
        (_with("TaxFunction", "Role", "arn:aws:iam::111122223333:role/other"), "TaxFunction", "Role"),
        (_also("GatewayFunction", NotAction="iam:*", Resource="*"), "GatewayFunction", "NotAction"),
        (_also("GatewayFunction", Action="s3:PutObject", NotResource="x"), "GatewayFunction", "NotResource"),
        (_says_anything, "LedgerFunction", "events:PutEvents"),
        (_reads_no_inbox, "DispatchFunction", "lacks what is listed"),
        (_connected, "TaxFunction", "Connectors"),
        (_makes_interfaces, "RefundFunction", "lacks the policy NetworkPolicy"),
        (_with("TaxFunction", "VpcConfig", {"SubnetIds": ["subnet-1"]}), "TaxFunction", "VpcConfig"),
        (_with("TaxFunction", "FunctionUrlConfig", {"AuthType": "NONE"}), "TaxFunction", "FunctionUrlConfig"),
        (_one_more_role, "Another", "ManagedPolicyArns"),
        (_without_reason, "DossierFunction", "Metadata.Wildcards"),
        (lambda resources: resources.pop("CodecServerPolicy"), "CodecServerPolicy", "is gone"),
    ],
)
def test_a_right_that_is_not_listed_is_found(template: dict[str, Any], bend: Bend, named: str, wrong: str) -> None:
    bent = deepcopy(template)
    bend(bent["Resources"])
    found = complaints(bent)
    assert [one for one in found if one.startswith(f"{named}: ") and wrong in one], found
    assert all(one.startswith(f"{named}: ") for one in found)


def test_rights_of_all_functions_at_once_are_found(template: dict[str, Any]) -> None:
    bent = deepcopy(template)
    bent["Globals"]["Function"]["Role"] = "arn:aws:iam::111122223333:role/other"
    assert complaints(bent) == ["Globals: Role may give rights to all functions"]
