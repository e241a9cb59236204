"""Assess the tax of a list, and say what is left of it after returns."""

from functions.function import function
from functions.policy.pack import default_pack
from functions.tax import remainder as returns
from functions.tax.lists import assess_list
from functions.tax.models import AssessListRequest, Assessment, Remainder, RemainderRequest
from functions.tax.tariff_csv import default_tariff


@function("tax.assess")
def assess(request: AssessListRequest) -> Assessment:
    """The assessment under the policy and the tariff of the request's day. Raises PolicyError for a day without."""
    return assess_list(request, default_pack().at(request.on), default_tariff().at(request.on))


@function("tax.remainder")
def remainder(request: RemainderRequest) -> Remainder:
    """What is left after everything that has come back so far. Raises InvalidInputError naming the line."""
    return returns.remainder(request)
