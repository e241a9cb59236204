"""The archive: one object per dossier, one per late document; what names people is sealed in both."""

from pydantic import BaseModel

from events.values import OrderKey
from functions.aws import s3
from functions.data_keys.sealed import Sealed
from functions.dossier.models import Dossier
from functions.settings import settings


def put_dossier(dossier: Dossier) -> str:
    """Write the dossier; the same dossier written twice is the same object."""
    return _put(f"{_folder(dossier.key)}/dossier.json", dossier)


def get_dossier(key: OrderKey) -> Dossier:
    """The dossier of a closed order. Raises the archive's NoSuchKey, ValidationError where something else lies."""
    found = s3().get_object(Bucket=settings().archive_bucket, Key=f"{_folder(key)}/dossier.json")
    return Dossier.model_validate_json(found["Body"].read())


def put_late(key: OrderKey, name: str, document: Sealed) -> str:
    """Write a late document beside the dossier."""
    return _put(f"{_folder(key)}/late/{name}.json", document)


def _put(name: str, content: BaseModel) -> str:
    bucket = settings().archive_bucket
    s3().put_object(
        Bucket=bucket, Key=name, Body=content.model_dump_json().encode(), ContentType="application/json; charset=utf-8"
    )
    return f"s3://{bucket}/{name}"


def _folder(key: OrderKey) -> str:
    return f"orders/{key.ebp_code}/{key.order_no}"
