"""The claim check: a document too large for the bus waits in the archive, the event carries its address."""

import re

from events.documents import InboundDocument
from events.problems import InvalidInputError, Problem
from functions.aws import s3
from functions.settings import settings

_REFERENCE = re.compile(r"s3://(?P<bucket>[^/]+)/(?P<key>inbox/[^/]+\.json)")


def put(document: InboundDocument) -> str:
    """Store the document; its address, `s3://bucket/inbox/{document_id}.json`, goes into the event as `dataref`."""
    bucket, key = settings().archive_bucket, f"inbox/{document.document_id}.json"
    body = document.model_dump_json().encode()
    s3().put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/json")
    return f"s3://{bucket}/{key}"


def get(reference: str) -> InboundDocument:
    """The document at an address that `put` gave.

    Raises InvalidInputError for an address of another bucket or folder, or where nothing lies: events on the bus may
    be a stranger's. Raises pydantic's ValidationError when what lies there is no document.
    """
    found = _REFERENCE.fullmatch(reference)
    if found is None or found["bucket"] != settings().archive_bucket:
        message = f"is not a document of ours: it has the form s3://{settings().archive_bucket}/inbox/….json"
        raise _refused(reference, message)
    try:
        stored = s3().get_object(Bucket=found["bucket"], Key=found["key"])
    except s3().exceptions.NoSuchKey:
        raise _refused(reference, "names no document: nothing lies there (any more)") from None
    return InboundDocument.model_validate_json(stored["Body"].read())


def _refused(reference: str, message: str) -> InvalidInputError:
    return InvalidInputError([Problem(path="/dataref", rule="dataref", value=reference[:200], message=message)])
