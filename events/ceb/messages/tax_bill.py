"""CEB816 and CEB818: electronic tax bills and their new statuses."""

from typing import Annotated

from pydantic import Field

from events.ceb.frame import CebMessage
from events.ceb.tax_bill import TaxBill, TaxBillStatus


class CEB816Message(CebMessage):
    """Electronic tax bills."""

    root = "CEB816Message"
    first_element = "tax_bills"
    tax_bills: Annotated[list[TaxBill], Field(alias="Tax", min_length=1)]


class CEB818Message(CebMessage):
    """New statuses of tax bills."""

    root = "CEB818Message"
    first_element = "tax_bill_statuses"
    tax_bill_statuses: Annotated[list[TaxBillStatus], Field(alias="Tax", min_length=1)]
