"""`sandan tax-payment` in words; on a running stack: tests/e2e/test_tax_payment.py."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from events.tax_payment import TaxPaymentRunResult
from events.values import CHINA
from infra.cli import running, tax_payments
from infra.cli.main import application
from infra.stack.errors import StackError

AS_OF = datetime(2027, 1, 10, tzinfo=CHINA)
PAYMENT: dict[str, Any] = {"guarantor": "3207SDPT01", "month": "2027-01", "as_of": AS_OF}
LATE = {"bills": 1, "days": 3, "fee": "0.15"}
PAID: dict[str, Any] = {
    **PAYMENT,
    "number": 1,
    "payment_no": "TP-3207SDPT01-202701-01",
    "outcome": "paid",
    "bills": 2,
    "total": "196.00",
    "bank_reference": "BK1",
    "late": LATE,
}
REFUSED: dict[str, Any] = {
    **PAYMENT,
    "number": 2,
    "payment_no": "TP-3207SDPT01-202701-02",
    "outcome": "refused",
    "bills": 1,
    "total": "9.10",
    "refused": {"zh": "余额不足", "en": "no funds"},
}
LATE_BILL = {
    "order": "3207SDPT01/SD1",
    "tax_no": "T1",
    "released_at": AS_OF,
    "tax": "98.00",
    "days_late": 3,
    "late_fee": "0.15",
    "enforceable": False,
}
TO_SEE = {"order": "3207SDPT01/SD2", "reason": {"zh": "无税单", "en": "no bill"}}


def _result(*payments: dict[str, Any], **changes: Any) -> TaxPaymentRunResult:
    one = {
        "guarantor": "3207SDPT01",
        "payments": list(payments),
        "late": [LATE_BILL],
        "attention": {"unbilled": 1, "unbilled_orders": [TO_SEE]},
    }
    content = {"as_of": AS_OF, "guarantors": [one], "under_way": [], "failed": []}
    return TaxPaymentRunResult.model_validate(content | changes)


def _run(monkeypatch: pytest.MonkeyPatch, result: TaxPaymentRunResult) -> Result:
    async def ran(*_: object) -> TaxPaymentRunResult:
        return result

    monkeypatch.setattr(running, "running_stack", lambda _: None)
    monkeypatch.setattr(tax_payments, "_ran", ran)
    return CliRunner().invoke(application("tax-payment"), ["tax-payment", "run"])


def test_a_run_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = _run(monkeypatch, _result(PAID))

    assert shown.exit_code == 0
    assert shown.stdout == (
        "TP-3207SDPT01-202701-01  paid  2 bills  196.00 CNY  1 late by up to 3 days, late fee 0.15 CNY  BK1\n"
        "    3207SDPT01/SD1  T1  98.00 CNY, 3 days late, late fee 0.15 CNY\n"
        "  due without a bill that can be paid: 1\n"
        "    3207SDPT01/SD2  no bill\n"
    )
    assert shown.stderr == "1 payments of what is due on 2027-01-10 (China)\n"


def test_what_was_refused_or_has_not_ended_is_an_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = _run(monkeypatch, _result(REFUSED))
    assert refused.exit_code == 1
    assert "TP-3207SDPT01-202701-02  refused  1 bills  9.10 CNY  no funds\n" in refused.stdout

    for changes, words in (
        ({"under_way": ["3207SDPT02"]}, "3207SDPT02  under way: see the workflow tax-payment/3207SDPT02"),
        ({"failed": ["3207SDPT02"]}, "3207SDPT02  ended by force"),
    ):
        shown = _run(monkeypatch, _result(PAID, **changes))
        assert shown.exit_code == 1
        assert words in shown.stdout


def test_a_day_is_a_day() -> None:
    answer = CliRunner().invoke(application("tax-payment"), ["tax-payment", "run", "--as-of", "tomorrow"])
    assert answer.exit_code == 2
    assert "--as-of: is not a day: write it as 2026-11-23 (given: tomorrow)" in answer.stderr


def test_a_day_without_policy_starts_no_run() -> None:
    """It would never end."""
    answer = CliRunner().invoke(application("tax-payment"), ["tax-payment", "run", "--as-of", "2010-01-01"])
    assert answer.exit_code == 2
    assert "no policy row for tax.payment_first_day on 2010-01-01" in answer.stderr


@pytest.mark.parametrize("command", ["run", "list"])
def test_without_a_stack_it_says_how_to_start_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("SANDAN_HOME", str(tmp_path))
    with pytest.raises(StackError, match="no stack is running"):
        CliRunner().invoke(application("tax-payment"), ["tax-payment", command], catch_exceptions=False)
