"""What the template promises and no emulator shows: recovery, expiry, encryption, no access for strangers."""

import re
from typing import Any

import pytest
from cfnlint.decode import decode  # type: ignore[import-untyped]

from events.values import utc_now
from functions.dispatch.coming_again import pause_seconds
from functions.policy.pack import default_pack
from functions.settings import Settings
from infra.aws import REGION
from infra.stack.template import CODE_CONDITIONS, TEMPLATE


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    """The resources of template.yaml."""
    template, problems = decode(str(TEMPLATE))
    assert template
    assert not problems
    found: dict[str, Any] = template["Resources"]
    return found


def _properties(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: one["Properties"] for name, one in resources.items() if one["Type"] == kind}


def test_every_table_is_paid_by_use_encrypted_and_can_be_recovered(resources: dict[str, Any]) -> None:
    """Each has one key, `pk`; the ledger and the retention have `sk` besides. Only keys are never recovered."""
    tables = _properties(resources, "AWS::DynamoDB::Table")

    assert set(tables) == {
        "DataKeysTable",
        "IntakeTable",
        "LedgerTable",
        "OrdersTable",
        "PaymentDataTable",
        "ReplayTable",
        "RetentionTable",
    }
    for name, table in tables.items():
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        keys = [("pk", "HASH"), ("sk", "RANGE")] if name in {"LedgerTable", "RetentionTable"} else [("pk", "HASH")]
        assert [(key["AttributeName"], key["KeyType"]) for key in table["KeySchema"]] == keys
        assert {attribute["AttributeType"] for attribute in table["AttributeDefinitions"]} == {"S"}
        recovered = name != "DataKeysTable"  # a recovered table would bring destroyed keys back
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": recovered}
        assert table["SSESpecification"] == {"SSEEnabled": True}


def test_what_is_only_needed_for_a_time_expires(resources: dict[str, Any]) -> None:
    """Intake and replay forget by `expires_at`; orders and the ledger are kept."""
    tables = _properties(resources, "AWS::DynamoDB::Table")

    expiry = {"AttributeName": "expires_at", "Enabled": True}
    assert tables["IntakeTable"]["TimeToLiveSpecification"] == expiry
    assert tables["ReplayTable"]["TimeToLiveSpecification"] == expiry
    assert "TimeToLiveSpecification" not in tables["OrdersTable"]
    assert "TimeToLiveSpecification" not in tables["LedgerTable"]


def test_what_the_template_forgets_is_what_the_policy_says(resources: dict[str, Any]) -> None:
    """retention.inbox_days, retention.dead_letter_days and retention.log_days."""
    policy = default_pack().at(utc_now().date())
    (archive,) = _properties(resources, "AWS::S3::Bucket").values()
    (rule,) = archive["LifecycleConfiguration"]["Rules"]
    assert (rule["Prefix"], rule["Status"]) == ("inbox/", "Enabled")
    assert rule["ExpirationInDays"] == policy.row("retention.inbox_days").whole()
    seconds = resources["DocumentsDeadLetters"]["Properties"]["MessageRetentionPeriod"]
    assert seconds == policy.row("retention.dead_letter_days").whole() * 24 * 3600
    template, _ = decode(str(TEMPLATE))
    assert template["Parameters"]["LogDays"]["Default"] == policy.row("retention.log_days").whole()


def test_the_archive_is_versioned_encrypted_and_closed(resources: dict[str, Any]) -> None:
    """Dossiers hold personal data and are evidence."""
    (archive,) = _properties(resources, "AWS::S3::Bucket").values()

    assert archive["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = archive["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    key = {"Fn::GetAtt": ["DataKey", "Arn"]}
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    assert resources["DataKey"]["Properties"]["EnableKeyRotation"] is True
    assert set(archive["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(archive["PublicAccessBlockConfiguration"]) == 4


def test_documents_outlast_an_outage_and_are_kept_for_two_weeks(resources: dict[str, Any]) -> None:
    """The queue counts receives during an outage too; nothing is lost before somebody has looked."""
    queues = _properties(resources, "AWS::SQS::Queue")

    assert queues["DocumentsQueue"]["VisibilityTimeout"] == 30
    receives = queues["DocumentsQueue"]["RedrivePolicy"]["maxReceiveCount"]
    assert sum(map(pause_seconds, range(1, receives + 1))) > 10 * 24 * 3600
    assert queues["DocumentsQueue"]["MessageRetentionPeriod"] == 14 * 24 * 3600
    assert queues["DocumentsDeadLetters"]["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_data_survive_the_end_of_the_deployment(resources: dict[str, Any]) -> None:
    """Deleting the CloudFormation stack deletes no order, no dossier and no dead letter."""
    kept = {
        name
        for name, one in resources.items()
        if one.get("DeletionPolicy") == "Retain" and one["Type"] != "AWS::Lambda::Version"
    }

    assert kept == {
        "IntakeTable",
        "OrdersTable",
        "LedgerTable",
        "PaymentDataTable",
        "ArchiveBucket",
        "DocumentsDeadLetters",
        "DataKey",
        "DataKeysTable",
        "RetentionTable",
        "SigningSecret",
        "BuyersSecret",
        "PayloadKeysSecret",
        "CodecUsersSecret",
        "TemporalSecret",
    }


def _local(name: dict[str, str]) -> str:
    """A name as the local stack has it, in the emulator's only account."""
    pattern = "${Prefix}" if name.get("Ref") == "Prefix" else name["Fn::Sub"]
    values = {"${Prefix}": "sandan", "${AWS::AccountId}": "000000000000", "${AWS::Region}": REGION}
    return re.sub(r"\$\{.*?\}", lambda found: values[found[0]], pattern)


def test_the_archive_has_a_name_of_its_own_in_the_whole_world(resources: dict[str, Any]) -> None:
    """S3 has one space of names for all accounts; a name has 63 characters at the most."""
    name = resources["ArchiveBucket"]["Properties"]["BucketName"]["Fn::Sub"]
    assert {"${AWS::AccountId}", "${AWS::Region}"} <= set(re.findall(r"\$\{.*?\}", name))
    template, _ = decode(str(TEMPLATE))
    longest_prefix = max(
        n for n in range(64) if re.fullmatch(template["Parameters"]["Prefix"]["AllowedPattern"], "a" * n)
    )
    values = {"${Prefix}": "a" * longest_prefix, "${AWS::AccountId}": "1" * 12, "${AWS::Region}": "us-isof-south-1"}
    assert len(re.sub(r"\$\{.*?\}", lambda found: values[found[0]], name)) <= 63


def test_names_begin_with_the_prefix_and_are_the_defaults_of_the_settings(resources: dict[str, Any]) -> None:
    """With the default prefix the functions need no settings."""
    names = {"Name", "TableName", "BucketName", "QueueName"}
    data = [one for one in resources.values() if one.get("Condition") not in CODE_CONDITIONS]
    given = [one["Properties"][name] for one in data for name in names & set(one["Properties"])]
    made = {_local(name) for name in given}
    defaults = Settings().model_dump(include={"bus", "documents_queue", "documents_dead_letters", "archive_bucket"})
    defaults |= Settings().model_dump(
        include={
            "intake_table",
            "orders_table",
            "ledger_table",
            "replay_table",
            "payment_data_table",
            "data_keys_table",
            "retention_table",
            "signing_secret",
            "buyers_secret",
            "payload_keys_secret",
            "codec_users_secret",
            "temporal_secret",
        }
    )

    assert made == set(defaults.values())
