"""What customs levies on a list, line by line: here alone the sandbox counts with the product's own assessment."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from events.ceb.declaration_list import DeclarationList
from events.ceb.tax_bill import TaxBillItem
from functions.tax.handler import assess, remainder
from functions.tax.models import AssessListRequest, Assessment, RemainderRequest, ReturnedLine


def levied(declared: DeclarationList, on: date) -> Assessment:
    """The assessment of a list that is released on a day."""
    return assess(AssessListRequest(on=on, declaration_list=declared))


def bill_items(
    declared: DeclarationList, assessment: Assessment, returned: Mapping[int, Decimal] | None = None
) -> list[TaxBillItem]:
    """The lines of the bill; of a line that came back, wholly or in part, what is left of its taxes."""
    back = returned or {}
    goods = {item.gnum: item for item in declared.items}
    items = []
    for tax in assessment.items:
        of_list = goods[tax.gnum]
        line = ReturnedLine(gnum=tax.gnum, declared=of_list.qty, returned=back.get(tax.gnum, Decimal(0)))
        alone = assessment.model_copy(update={"items": [tax]})
        left = remainder(RemainderRequest(assessment=alone, returned=[line]))
        items.append(
            TaxBillItem(
                gnum=tax.gnum,
                gcode=of_list.gcode,
                tax_price=left.dutiable_value,
                customs_tax=left.duty,
                value_added_tax=left.vat,
                consumption_tax=left.consumption_tax,
            )
        )
    return items
