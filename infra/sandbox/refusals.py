"""Lists and cancellations that do not even reach the comparison: official codes and texts (规范 202205 §7)."""

from events.ceb.declaration_list import Cancellation, DeclarationList
from events.values import Value
from infra.sandbox.cases import Case, Standing

_NEW = "1"
_FREE_FOR_A_LIST = {Standing.NONE, Standing.REJECTED, Standing.CANCELLED}
_CHANGEABLE = {Standing.WAITING, Standing.REJECTED}
_CANCELLABLE = {Standing.ACCEPTED, Standing.INSPECTING}


class Refusal(Value):
    """The negative status and its text."""

    code: str
    text: str


def list_refusal(case: Case, declared: DeclarationList, signed: bool) -> Refusal | None:
    """Why the list is not taken; None when it is. `signed`: its signature holds."""
    number = declared.head.cop_no or declared.head.guid
    if not signed:
        return Refusal(code="-621029", text="验签失败！")
    if declared.head.app_type == _NEW:
        if case.standing in _FREE_FOR_A_LIST:
            return None
        return Refusal(code="-621004", text=f"清单[{number}]已经申报过，请勿重复申报")
    if case.current is None:
        return Refusal(code="-621011", text=f"不存在已申报的清单[{number}]，无法进行改单操作")
    if case.standing not in _CHANGEABLE:
        return Refusal(code="-621012", text=f"清单[{number}]的申报状态不符合改单申报的条件")
    return None


def cancellation_refusal(case: Case, asked: Cancellation, signed: bool) -> Refusal | None:
    """Why the cancellation is not taken; None when it is. `signed`: its signature holds."""
    if not signed:
        return Refusal(code="-623029", text="验签失败！")
    if case.invt_no is None or asked.invt_no != case.invt_no:
        return Refusal(code="-623003", text=f"系统中不存在清单编号为[{asked.invt_no}]的清单！")
    if case.standing not in _CANCELLABLE:
        return Refusal(code="-623005", text=f"清单的状态不符合撤单申报要求(清单编号[{asked.invt_no}])！")
    return None
