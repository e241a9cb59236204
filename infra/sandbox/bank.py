"""The bank: pays the summarised tax of a guarantor to customs, once for every payment number."""

from dataclasses import dataclass

from events.money import TaxPaymentDone, TaxPaymentFile
from events.values import utc_now
from infra.generate.scenarios import Scenario
from infra.sandbox.money import Died, Journal, Refused, number_of
from infra.sandbox.tax_office import TaxOffice


@dataclass
class Bank:
    """One bank. A file is booked as a whole or not at all."""

    office: TaxOffice
    journal: Journal[TaxPaymentFile, TaxPaymentDone]
    _had_no_funds: bool = False

    def pay(self, key: str, file: TaxPaymentFile) -> TaxPaymentDone | Refused | Died:
        """Book a file, or answer as it was answered before.

        By the story of an order whose bill is in it: BANK_REFUSAL finds no funds for the first file that ever holds
        one, BANK_DIES books and dies before it has answered.
        """
        known = self.journal.known(key, file.payment_no, file)
        if known:
            return known
        stories = self.office.scenarios(file)
        refusal = self.office.payable(file)
        if refusal:
            return self.journal.enter(file.payment_no, file, Refused(refusal.code, refusal.text))
        if Scenario.BANK_REFUSAL in stories and not self._had_no_funds:
            self._had_no_funds = True
            return self.journal.enter(file.payment_no, file, Refused("INSUFFICIENT_FUNDS", "账户余额不足"))
        done = TaxPaymentDone(bank_reference=number_of("BK", file.payment_no), paid_at=utc_now())
        self.office.paid(file)
        answer = self.journal.enter(file.payment_no, file, done)
        return Died() if Scenario.BANK_DIES in stories else answer
