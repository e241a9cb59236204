"""The models of 公告2018-179: what they take, and what they say of what they do not."""

from typing import Any

import pytest
from pydantic import ValidationError

from events.payment_data import OriginalPayment, PlatDataOpen, UploadAnswer
from events.problems import problems_of
from tests.builders import ORDER_NO, original_payment


def wrong(**fields: Any) -> tuple[str, str]:
    """The path and the words of the one mistake, as the door reads it."""
    content = original_payment().model_dump(mode="json", exclude_none=True)
    content |= {str(OriginalPayment.model_fields[name].alias): value for name, value in fields.items()}
    with pytest.raises(ValidationError) as raised:
        OriginalPayment.model_validate(content, by_alias=True, by_name=False)
    (problem,) = problems_of(raised.value)
    return problem.path, problem.message


def test_json_has_the_official_names() -> None:
    content = original_payment().model_dump(mode="json", exclude_none=True)
    assert {"initalRequest", "initalResponse", "payTransactionId", "totalAmount", "verDept", "tradingTime"} <= set(
        content
    )
    assert content["goodsInfo"][0]["itemLink"].startswith("https://")
    assert content["totalAmount"] == "561.89"
    assert OriginalPayment.model_validate(content) == original_payment()


@pytest.mark.parametrize(
    ("fields", "path", "words"),
    [
        ({"ver_dept": "4"}, "/verDept", "1 (银联), 2 (网联), 3 (其他)"),
        ({"pay_type": "9"}, "/payType", "3 (扫码)"),
        ({"inital_request": "x" * 8001}, "/initalRequest", "shorten it to 8000"),
        ({"inital_response": ""}, "/initalResponse", "too short"),
        ({"goods_info": []}, "/goodsInfo", "at least 1"),
        ({"order_nos": ["OTHER"]}, "/", f"does not name the order {ORDER_NO}"),
        ({"order_nos": [ORDER_NO, ORDER_NO]}, "/", "names an order twice"),
        ({"order_nos": [ORDER_NO, "a b"]}, "/orderNos[2]", "white space"),
        ({"order_nos": [f"O{n}" for n in range(100)]}, "/orderNos", "too"),
        ({"note": "n" * 1001}, "/note", "1000"),
    ],
)
def test_a_mistake_is_named_with_what_to_do(fields: dict[str, Any], path: str, words: str) -> None:
    found = wrong(**fields)
    assert found[0] == path
    assert words in found[1]


def test_data_that_no_table_holds_are_refused() -> None:
    goods = [{"gname": "奶粉", "itemLink": "网" * 3000}] * 99
    assert "shorten the links" in wrong(goods_info=goods)[1]


@pytest.mark.parametrize("moment", [1533271903898, "1533271903898"])
def test_the_time_of_a_question_may_be_a_number_or_a_text(moment: Any) -> None:
    asked = PlatDataOpen.model_validate({"orderNo": "1", "sessionID": "s", "serviceTime": moment, "new": 1})
    assert asked.service_time == "1533271903898"
    assert asked.model_dump(mode="json", exclude_none=True) == {
        "orderNo": "1",
        "sessionID": "s",
        "serviceTime": "1533271903898",
    }


def test_179_the_official_answers_are_read() -> None:
    taken = UploadAnswer.model_validate(
        {"code": "10000", "message": "上传成功", "total": 0, "serviceTime": 1542337661665}
    )
    assert (taken.code, taken.message) == ("10000", "上传成功")
    assert UploadAnswer.model_validate({"code": 20000}).code == "20000"
