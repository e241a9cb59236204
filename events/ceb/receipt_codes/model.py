"""One code of a receipt, and what a receipt was found to say."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from events.life import Stage
from events.values import Text, Value

MatchingRule = Literal["M1", "M2", "M4", "M6", "M7", "M9", "M10"]
_Words = Annotated[str, Field(min_length=1)]
_QUOTA: MatchingRule = "M10"


class ReceiptClass(StrEnum):
    """What is to be done about a receipt.

    retry: send again unchanged. fix: correct a document. human: a person must look. duplicate: it is there already,
    no error for us. final: no correction helps. progress: no error at all.
    """

    RETRY = "retry"
    FIX = "fix"
    HUMAN = "human"
    DUPLICATE = "duplicate"
    FINAL = "final"
    PROGRESS = "progress"


class CodeFamily(StrEnum):
    """Whose code it is. DETAIL stands inside returnInfo; REMARK is a text without a code, under a status."""

    EXCHANGE = "exchange"
    ENTERPRISE = "enterprise"
    ORDER = "order"
    PAYMENT = "payment"
    WAYBILL = "waybill"
    WAYBILL_STATUS = "waybill-status"
    LIST = "list"
    CANCELLATION = "cancellation"
    RETURN = "return"
    ENTRY = "entry"
    DETAIL = "detail"
    REMARK = "remark"


class FixAt(Value):
    """What has to be corrected: a document and, by its official name, its field.

    `/` is the whole document, `items` its lines, `items[*].gnum` a field of one of them. The document `envelope` is
    the message around it.
    """

    document: Literal[
        "order", "payment", "waybill", "waybill-status", "list", "cancellation", "return", "entry", "envelope"
    ]
    field: _Words


class ReceiptCode(Value):
    """One row: what a code means. `zh` is the official phrase with its placeholders, `*` or `[*]`; `en` is ours.

    `rule` is the rule of matching that it reports (rulebook 3.1). `observed`: in no official table. `note` tells
    where the class is our judgement.
    """

    model_config = ConfigDict(populate_by_name=True)

    family: CodeFamily
    code: Annotated[str, Field(pattern=r"^-?[0-9]+$")]
    zh: _Words
    en: _Words
    receipt_class: Annotated[ReceiptClass, Field(alias="class")]
    fix: FixAt | None = None
    rule: MatchingRule | None = None
    observed: bool = False
    note: _Words | None = None

    @model_validator(mode="after")
    def _fix_says_what(self) -> "ReceiptCode":
        is_fix = self.receipt_class is ReceiptClass.FIX
        if is_fix != (self.fix is not None) and self.family is not CodeFamily.REMARK:
            raise ValueError(f"code {self.code}, class {self.receipt_class}: a fix belongs to class fix and only to it")
        return self

    @property
    def text(self) -> Text:
        """The explanation."""
        return Text(zh=self.zh, en=self.en)

    @property
    def is_mismatch(self) -> bool:
        """Whether the documents do not match each other; a quota (M10) is no such thing."""
        return self.rule is not None and self.rule != _QUOTA


class Classified(Value):
    """What a receipt says. `stage` is the stage that the import order goes to, None where it stays.

    `code` is the receipt's status, `detail_code` the code inside its returnInfo that decided or stands first.
    """

    model_config = ConfigDict(populate_by_name=True)

    receipt_class: Annotated[ReceiptClass, Field(alias="class")]
    stage: Stage | None
    code: str
    detail_code: str | None
    explanation: Text
    fix: FixAt | None
