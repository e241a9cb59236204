"""Functions as Temporal activities: the invoker decides where their work is done."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from pydantic import BaseModel
from temporalio import activity

from functions.declaration import handler as declaration
from functions.dossier import handler as dossier
from functions.function import Function
from functions.intake import handler as intake
from functions.ledger import handler as ledger
from functions.matching import handler as matching
from functions.orders import handler as orders
from functions.payment_data import handler as payment_data
from functions.policy import handler as policy
from functions.refund import handler as refund
from functions.returns import handler as returns
from functions.tax import handler as tax
from functions.tax_payment import handler as tax_payment
from workflows.together import ALL_TOGETHER, Together, Two

ORDER_FUNCTIONS: Sequence[Function[Any, Any]] = (
    intake.accept,
    intake.expect,
    intake.forget,
    intake.freeze,
    intake.thaw,
    matching.match,
    policy.row,
    declaration.compose,
    declaration.submit,
    declaration.compose_cancellation,
    declaration.cancel,
    declaration.compose_return,
    declaration.return_list,
    declaration.explain,
    declaration.explain_application,
    tax.assess,
    tax.remainder,
    ledger.reserve,
    ledger.release,
    ledger.commit,
    ledger.bill,
    ledger.give_back,
    ledger.returning,
    ledger.charge,
    returns.terms,
    returns.judge,
    returns.reckon,
    returns.tell,
    refund.pay,
    orders.record,
    dossier.archive,
)
TAX_PAYMENT_FUNCTIONS: Sequence[Function[Any, Any]] = (
    tax_payment.due,
    tax_payment.open_payment,
    tax_payment.claim,
    tax_payment.pay,
    tax_payment.close,
    tax_payment.review,
    ledger.settle,
    ledger.unclaim,
)
PAYMENT_DATA_FUNCTIONS: Sequence[Function[Any, Any]] = (
    payment_data.gather,
    payment_data.upload,
    payment_data.tell,
)


class FunctionInvoker(Protocol):
    """Runs a function on a request, wherever it lives."""

    def invoke(self, function: Function[Any, Any], request: BaseModel) -> BaseModel:
        """The function's response; what it raises, the activity raises, and policy retries it."""


class InProcessInvoker:
    """The embedded default: the function runs in the worker."""

    def invoke(self, function: Function[Any, Any], request: BaseModel) -> BaseModel:
        """A direct call."""
        response: BaseModel = function(request)
        return response


def activities_of(functions: Sequence[Function[Any, Any]], invoker: FunctionInvoker) -> list[Callable[..., Any]]:
    """One activity per function, under the function's name, and one for each two of them that are called together."""
    together = [both for both in ALL_TOGETHER if both.first in functions and both.second in functions]
    return [*(_activity(function, invoker) for function in functions), *(_of_both(both, invoker) for both in together)]


def _activity(function: Function[Any, Any], invoker: FunctionInvoker) -> Callable[..., Any]:
    def run(request: BaseModel) -> BaseModel:
        return invoker.invoke(function, request)

    run.__annotations__ = {"request": function.request_model, "return": function.response_model}
    return activity.defn(name=function.name)(run)


def _of_both(both: Together[Any, Any, Any, Any], invoker: FunctionInvoker) -> Callable[..., Any]:
    def run(request: Two[Any, Any]) -> Two[Any, Any]:
        first = invoker.invoke(both.first, request.first)
        return both.response_model(first=first, second=invoker.invoke(both.second, request.second))

    run.__annotations__ = {"request": both.request_model, "return": both.response_model}
    return activity.defn(name=both.name)(run)
