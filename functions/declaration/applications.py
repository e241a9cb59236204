"""What customs answers to an application about a list: a cancellation (CEB624) or a return (CEB626)."""

from functools import partial

from events.ceb.list_application import ListApplicationReturn
from events.ceb.receipt_codes import classify
from events.ceb.receipt_status import StatusClass
from events.ceb.stage_machine import furthest, step
from events.documents import DocumentKind
from events.findings import Finding, Fix, Place
from events.values import Text
from functions.declaration.models import ApplicationStanding, ExplainApplicationRequest, ExplainedApplication

_STANDINGS = {
    StatusClass.SEND_FAILED: ApplicationStanding.AGAIN,
    StatusClass.REJECTED: ApplicationStanding.REFUSED,
    StatusClass.CLOSED: ApplicationStanding.ACCEPTED,
    StatusClass.RELEASED: ApplicationStanding.ACCEPTED,
}
_NOT_TAKEN = {ApplicationStanding.AGAIN, ApplicationStanding.REFUSED}
_KINDS = {"CEB624": DocumentKind.CANCELLATION_RECEIPT, "CEB626": DocumentKind.REFUND_RECEIPT}


def explain_application(request: ExplainApplicationRequest) -> ExplainedApplication:
    """By the receipt that counts, whatever the order in which they came (docs/receipt-codes.md).

    One of no known status, or that says that customs has the application already, changes nothing.
    """
    status_of = partial(step, request.message)
    receipt = furthest(request.receipts, status_of)
    status = status_of(receipt) if receipt else None
    if receipt is None or status is None:
        latest = max(request.receipts, key=lambda one: (one.return_time, one.model_dump_json()))
        text = _said(latest, Text(zh="未改变状态", en="changes nothing"))
        return ExplainedApplication(counted=None, standing=ApplicationStanding.UNDER_WAY, text=text)
    standing = _STANDINGS.get(status.status_class, ApplicationStanding.UNDER_WAY)
    text = _said(receipt, status.meaning)
    finding = _finding(request.message, receipt, text) if standing in _NOT_TAKEN else None
    return ExplainedApplication(counted=receipt, standing=standing, text=text, finding=finding)


def _finding(message: str, receipt: ListApplicationReturn, text: Text) -> Finding:
    found = classify(message, receipt.return_status, receipt.return_info)
    return Finding(
        rule="CUSTOMS",
        code=found.detail_code or found.code,
        left=Place(document=_KINDS[message], field="returnInfo", value=receipt.return_info),
        message=text,
        fix=Fix(document=found.fix.document, field=found.fix.field) if found.fix else None,
    )


def _said(receipt: ListApplicationReturn, meaning: Text) -> Text:
    return Text(
        zh=f"海关：{meaning.zh}（{receipt.return_status}）{receipt.return_info}",
        en=f"Customs: {meaning.en} ({receipt.return_status}) {receipt.return_info}",
    )
