"""Every code of a receipt is known for what it means (规范 202205 §7, rulebook 2.6-2.8), and unknown ones are kept."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.ceb.receipt_codes import Classified, ReceiptClass, ReceiptCode, classify
from events.ceb.receipt_codes.table import ReceiptCodeError, checked, codes, read_codes
from events.ceb.receipt_families import EXCHANGE, FAMILIES
from events.life import Stage
from events.problems import InvalidInputError

OFFICIAL = [row for row in codes() if not row.observed]
LIST = "CEB622"
ELEMENTS = {
    "order": ("OrderHead", "OrderList"),
    "payment": ("PaymentHead",),
    "waybill": ("LogisticsHead",),
    "waybill-status": ("LogisticsStatus",),
    "list": ("InventoryHead", "InventoryList"),
    "cancellation": ("InvtCancel",),
    "return": ("InvtRefundHead", "InvtRefundList"),
    "entry": ("DeliveryHead", "DeliveryList"),
}
NO_FIELD = {"/", "items", "items[*]", "Signature"}


def said(found: Classified) -> tuple[str, str | None, tuple[str, str] | None]:
    """Class, stage and what is to be corrected."""
    return found.receipt_class, found.stage, (found.fix.document, found.fix.field) if found.fix else None


@pytest.mark.shared
def test_the_table_holds_every_official_row_with_its_text(shared_ceb: Path) -> None:
    """15 exchange codes and 163 business rows, each with the words of the specification, none besides."""
    official = json.loads((shared_ceb / "error_codes.json").read_bytes())
    exchange = Counter((row["code"], row["text"]) for row in official["dxp_exchange"])
    business = Counter((str(row["code"]), row["text"]) for row in official["business"])
    assert (exchange.total(), business.total()) == (15, 163)
    assert Counter((row.code, row.zh) for row in OFFICIAL if row.family == "exchange") == exchange
    assert Counter((row.code, row.zh) for row in OFFICIAL if row.family != "exchange") == business


@pytest.mark.shared
def test_every_fix_names_a_field_of_the_standard(shared_ceb: Path) -> None:
    elements = json.loads((shared_ceb / "fields_202205.json").read_bytes())["import"]["elements"]
    for row in codes():
        if row.fix is None or row.fix.document == "envelope" or row.fix.field in NO_FIELD:
            continue
        head, *lines = ELEMENTS[row.fix.document]
        line, name = row.fix.field.startswith("items[*]."), row.fix.field.removeprefix("items[*].")
        assert name in {field["name"] for field in elements[lines[0] if line else head]}, row


def test_no_row_stands_twice() -> None:
    keys = Counter((row.family, row.code, row.zh) for row in codes())
    assert max(keys.values()) == 1
    with pytest.raises(ReceiptCodeError, match="more than once: list -621029"):
        checked([*codes(), next(row for row in codes() if row.code == "-621029")])


@pytest.mark.parametrize("row", codes(), ids=lambda row: f"{row.code} {row.zh[:12]}")
def test_every_row_is_classed_and_told_in_english(row: ReceiptCode) -> None:
    assert row.receipt_class in ReceiptClass
    assert row.en.isascii()
    assert (row.fix is not None) == (row.receipt_class == "fix") or row.family == "remark"
    assert row.en.count("[*]") == row.zh.count("[*]")
    assert row.observed or row.receipt_class != "progress", "an official error is never progress"


@pytest.mark.parametrize("row", OFFICIAL, ids=lambda row: f"{row.code} {row.zh[:12]}")
def test_every_official_row_is_found_by_its_code_and_text(row: ReceiptCode) -> None:
    """Also the four codes that are printed twice with other texts, and with the placeholders filled."""
    message = EXCHANGE if row.family == "exchange" else LIST
    for info in (row.zh, row.zh.replace("[*]", "[SD20260105000002]"), f"错误:{row.zh.replace(' ', '')}"):
        found = classify(message, row.code, info)
        assert (found.receipt_class, found.explanation, found.fix) == (row.receipt_class, row.text, row.fix)


@pytest.mark.parametrize("field", ["zh", "en", "class"])
def test_a_row_that_lacks_something_is_refused(field: str, tmp_path: Path) -> None:
    row = {"family": "list", "code": "-621999", "zh": "甲", "en": "A", "class": "human"}
    (tmp_path / "mine.yaml").write_text(json.dumps([{**row, field: ""}]))
    with pytest.raises(ReceiptCodeError, match=rf"(?s)mine\.yaml.*{field}"):
        read_codes(tmp_path)


@pytest.mark.parametrize("wrong", [{"class": "fix"}, {"fix": {"document": "list", "field": "/"}}])
def test_a_fix_belongs_to_class_fix(wrong: dict[str, Any], tmp_path: Path) -> None:
    row = {"family": "list", "code": "-621999", "zh": "甲", "en": "A", "class": "human"}
    (tmp_path / "mine.yaml").write_text(json.dumps([{**row, **wrong}]))
    with pytest.raises(ReceiptCodeError, match="a fix belongs to class fix"):
        read_codes(tmp_path)


@pytest.mark.parametrize(
    ("code", "info", "expected"),
    [
        ("-621004", "清单[1]已经申报过，请勿重复申报", ("duplicate", "declared", None)),
        ("-621005", "", ("final", "rejected", None)),
        ("-621013", "", ("retry", "declared", None)),
        ("-621017", "", ("retry", "declared", None)),
        (
            "-621018",
            "清单[1]中购买人[甲]已用购买额度为[25000]，本次购买将超过年度限额[26000]",
            ("final", "rejected", None),
        ),
        ("-621015", "", ("human", "rejected", None)),
        ("-621024", "", ("fix", "rejected", ("list", "items"))),
        ("-621028", "", ("fix", "rejected", ("list", "Signature"))),
        ("-621029", "验签失败！", ("fix", "rejected", ("list", "Signature"))),
        ("-10102", "", ("human", "rejected", None)),
        ("-301010", "", ("duplicate", "declared", None)),
        ("-301020", "验签失败", ("fix", "rejected", ("order", "Signature"))),
    ],
)
def test_exceptions_of_a_list(code: str, info: str, expected: tuple[Any, ...]) -> None:
    assert said(classify(LIST, code, info)) == expected


@pytest.mark.parametrize(
    ("message", "code", "info", "expected"),
    [
        (LIST, "-621027", "保存失败，请确认状态并刷新重试", ("retry", "declared", None)),
        (LIST, "-621027", "请确认表体gnum无重复！", ("fix", "rejected", ("list", "items[*].gnum"))),
        ("CEB624", "-623000", "撤单申请", ("human", None, None)),
        (
            "CEB624",
            "-623000",
            "CEB623Message接收失败，撤单清单为空，报文业务主键[8]",
            ("fix", None, ("cancellation", "/")),
        ),
        ("CEB626", "-625022", "退货申请单[8]已经申报过，请勿重复申报", ("duplicate", None, None)),
        ("CEB626", "-625022", "退货申请单[8]的申报状态不符合改单申报的条件", ("human", None, None)),
        ("CEB712", "-800006", "入库明细单错误", ("human", None, None)),
        ("CEB712", "-800006", "报文处理失败，报文表头数据超过限制", ("fix", None, ("entry", "/"))),
    ],
)
def test_codes_printed_twice_are_told_apart_by_their_text(
    message: str, code: str, info: str, expected: tuple[Any, ...]
) -> None:
    assert said(classify(message, code, info)) == expected


@pytest.mark.parametrize("code", ["-621027", "-623000", "-625022", "-800006"])
@pytest.mark.parametrize("info", ["", "见附件", "清单"])
def test_a_code_printed_twice_goes_to_a_person_when_the_text_does_not_tell(code: str, info: str) -> None:
    found = classify(LIST, code, info)
    assert found.receipt_class is ReceiptClass.HUMAN
    assert "；或：" in found.explanation.zh


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ("1301", ("retry", "declared", None)),
        ("1311", ("human", "rejected", None)),
        ("1313", ("final", "rejected", None)),
        ("1320", ("fix", "mismatched", ("list", "items"))),
        ("1322", ("fix", "mismatched", ("list", "items"))),
        ("1327", ("fix", "mismatched", ("payment", "payerName"))),
        ("1332", ("fix", "mismatched", ("payment", "amountPaid"))),
        ("13035", ("fix", "mismatched", ("payment", "payCode"))),
        ("13127", ("fix", "mismatched", ("list", "buyerName"))),
        ("130126", ("fix", "mismatched", ("list", "buyerTelephone"))),
        ("99999", ("human", "rejected", None)),
        ("1800", ("human", "rejected", None)),
    ],
)
@pytest.mark.parametrize(
    "form", ["[Code:{};Desc:原因]", "[code:{};Desc:原因],[OrderHead.acturalPaid:561.89]", "[Code: {} ;甲"]
)
def test_a_rejection_is_what_its_detail_code_says(detail: str, form: str, expected: tuple[Any, ...]) -> None:
    found = classify(LIST, "100", form.format(detail))
    assert said(found) == expected
    assert (found.code, found.detail_code) == ("100", detail)


@pytest.mark.parametrize(
    ("info", "detail", "receipt_class"),
    [
        ("[Code:1332;Desc:甲],[Code:1313;Desc:乙]", "1313", "final"),
        ("[Code:1320;Desc:甲],[Code:99999;Desc:乙]", "99999", "human"),
        ("[Code:1301;Desc:甲][Code:1320;Desc:乙]", "1320", "fix"),
        ("[Code:1800;Desc:甲],[Code:1320;Desc:乙]", "1320", "fix"),
    ],
)
def test_of_several_detail_codes_the_gravest_counts(info: str, detail: str, receipt_class: str) -> None:
    found = classify(LIST, "100", info)
    assert (found.detail_code, found.receipt_class) == (detail, receipt_class)


def test_an_open_exception_is_what_its_detail_code_says() -> None:
    assert said(classify(LIST, "-621003", "清单申报失败，[Code:1313;Desc:甲]")) == ("final", "rejected", None)
    wrapped = classify(LIST, "-621001", "清单报文校验失败，[Code:99999;Desc:甲]")
    assert (wrapped.receipt_class, wrapped.detail_code) == ("fix", "99999")
    assert said(classify(LIST, "-621004", "[Code:1320;Desc:甲]")) == ("duplicate", "declared", None)


@pytest.mark.parametrize(
    ("status", "info", "expected"),
    [
        ("1", "暂存", ("progress", "declared", None)),
        ("2", "新增申报成功", ("progress", "declared", None)),
        ("2", "支付信息不存在", ("progress", "declared", ("payment", "/"))),
        ("3", "", ("progress", "declared", None)),
        ("4", "", ("retry", "declared", None)),
        ("99", "订单中的订购人姓名和身份证不匹配！", ("fix", "mismatched", ("order", "buyerIdNumber"))),
        ("100", "订单中的订购人姓名和身份证不匹配", ("fix", "mismatched", ("order", "buyerIdNumber"))),
        ("100", "支付信息不存在", ("human", "rejected", None)),
        ("100", "收件地址不详", ("human", "rejected", None)),
        ("120", "[Code:1800;Desc:逻辑校验通过]", ("progress", "declared", None)),
        ("300", "[Code:1200;Desc:待人工审核]", ("progress", "reviewing", None)),
        ("399", "", ("progress", "reviewing", None)),
        ("500", "查验", ("progress", "inspecting", None)),
        ("501", "", ("human", "detained", None)),
        ("502", "", ("human", "detained", None)),
        ("503", "", ("human", "detained", None)),
        ("599", "", ("human", "detained", None)),
        ("700", "", ("final", "shipped-back", None)),
        ("800", "[Code:2600;Desc:放行]", ("progress", "released", None)),
        ("899", "", ("progress", "released", None)),
        ("600", "挂起", ("human", None, None)),
        ("77", "", ("human", None, None)),
        ("甲", "", ("human", None, None)),
    ],
)
def test_statuses_of_a_list(status: str, info: str, expected: tuple[Any, ...]) -> None:
    assert said(classify(LIST, status, info)) == expected


def test_no_error_keeps_its_detail_code() -> None:
    """Given 120 with 1800, then the status says what it is and the code inside is kept."""
    found = classify(LIST, "120", "[Code:1800;Desc:逻辑校验通过]")
    assert (found.detail_code, found.explanation.zh) == ("1800", "海关入库")


@pytest.mark.parametrize("message", sorted(FAMILIES.keys() - {LIST}))
@pytest.mark.parametrize("status", ["2", "100", "399", "800", "-621018", "-301010"])
def test_other_receipts_leave_the_import_order_where_it_is(message: str, status: str) -> None:
    """Given anything but a list's receipt, then no stage; but 399 on a cancellation cancels the order (2.11)."""
    expected = Stage.CANCELLED if (message, status) == ("CEB624", "399") else None
    assert classify(message, status, "").stage is expected


@pytest.mark.parametrize("status", ["300", "505", "600", "899"])
def test_a_status_of_another_receipt_goes_to_a_person(status: str) -> None:
    assert classify("CEB312", status, "").receipt_class is ReceiptClass.HUMAN
    assert classify("CEB214", "505", "").receipt_class is ReceiptClass.HUMAN


@given(
    st.sampled_from([*FAMILIES, "CEB622Message", "ceb312", EXCHANGE, "DxpRep"]),
    st.one_of(st.from_regex(r"\A-?[0-9]{1,9}\Z"), st.text(min_size=1, max_size=10)).filter(str.strip),
    st.one_of(st.text(max_size=80), st.from_regex(r"\[[Cc]ode:[0-9]{1,6};Desc:[^\]]*\]")),
)
def test_no_receipt_is_too_strange_to_be_read(message: str, status: str, info: str) -> None:
    """Unknown codes are kept as they came and go to a person; the same receipt always means the same."""
    found = classify(message, status, info)
    assert found == classify(message, status, info)
    assert found.code == status.strip()
    assert found.explanation.zh
    assert found.explanation.en
    known = {row.code for row in codes()} | {code for family in FAMILIES.values() for code in family.statuses}
    if found.code not in known:
        assert found.receipt_class is ReceiptClass.HUMAN or found.detail_code


@pytest.mark.parametrize("code", ["4001", "4999", "77", "-621018"])
def test_what_the_exchange_platform_does_not_list_goes_to_a_person(code: str) -> None:
    """4000 and above are the users' own (rulebook 2.7); business codes are not the platform's."""
    assert said(classify(EXCHANGE, code, "x")) == ("human", None, None)


def test_a_code_of_the_exchange_platform_means_nothing_on_a_receipt() -> None:
    assert classify(LIST, "0001", "报文格式错误").receipt_class is ReceiptClass.HUMAN


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("CEB621", "give its receipt CEB622"),
        ("CEB816Message", "is not a receipt: give one of CEB214"),
        ("", "or DXP for the exchange platform"),
    ],
)
def test_what_is_no_receipt_is_refused_in_words(message: str, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words) as refused:
        classify(message, "100", "")
    assert [(problem.path, problem.rule, problem.value) for problem in refused.value.problems] == [
        ("message", "receipt", message)
    ]


@pytest.mark.parametrize("message", [LIST, EXCHANGE])
def test_a_receipt_without_a_status_is_refused(message: str) -> None:
    with pytest.raises(InvalidInputError, match="status: is empty"):
        classify(message, "  ", "")
