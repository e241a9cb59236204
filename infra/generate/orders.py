"""Made-up orders from a seed: the same seed, index, mode and scenario always give the same order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from random import Random

from events.ceb.base import CebModel
from events.ceb.frame import CebMessage
from events.ceb.messages.declaration_list import CEB621Message, CEB623Message
from events.ceb.messages.order import CEB311Message
from events.ceb.messages.payment import CEB411Message
from events.ceb.messages.refund import CEB625Message
from events.ceb.messages.waybill import CEB511Message
from events.ceb.signature import SoftwareSigner, sign
from events.ceb.writing import build
from events.declaration_request import DeclarationRequest
from events.payment_data import OriginalPayment
from events.values import CHINA, OrderKey
from infra.generate import documents
from infra.generate.basket import Line, basket, one_handbag, rounded
from infra.generate.documents import Facts
from infra.generate.original_payment import original_payment
from infra.generate.parties import CARRIER, DECLARANT, PAYMENT_FIRM, PLATFORMS, SELLERS, Party
from infra.generate.people import person
from infra.generate.scenarios import LIVES, Mode, Scenario, order_number

LIST_REQUEST = "list-request"
ORIGINAL_PAYMENT = "original-payment"
Event = DeclarationRequest | OriginalPayment
_FIRST_MOMENT = datetime(2026, 1, 5, tzinfo=CHINA)
_PERIOD_SECONDS = 56 * 24 * 3600
_SIGNED = (CEB621Message, CEB623Message, CEB625Message)
_ONE_IN_THREE = 1 / 3
_EXCHANGED = 900_000  # where the numbers of the orders begin by which buyers get other goods


@dataclass(frozen=True)
class GeneratedOrder:
    """One order with all that its parties will send, by file stem: 311, 411, 511, 621, list-request …

    `exchanged_for` is the order by which the buyer gets other goods for these.
    """

    key: OrderKey
    mode: Mode
    scenario: Scenario
    facts: Facts
    documents: Mapping[str, CebMessage | Event]
    exchanged_for: "GeneratedOrder | None" = None


def generate(
    orders: int, seed: int, modes: Sequence[Mode] = tuple(Mode), scenarios: Sequence[Scenario] = LIVES
) -> Iterator[GeneratedOrder]:
    """`orders` orders, scenarios and modes changing from one to the next; every pair of them comes equally often."""
    for index in range(orders):
        turn, place = divmod(index, len(scenarios))
        yield generated(seed, index, modes[(turn + place) % len(modes)], scenarios[place])


def generated(seed: int, index: int, mode: Mode, scenario: Scenario) -> GeneratedOrder:
    """The one order of this seed, index, mode and scenario; `index` counts from 0, order numbers from 1."""
    random = Random(f"{seed}/{index}/{mode}/{scenario}")  # noqa: S311 -- repeatable on purpose
    facts = _facts(random, seed, index, mode, scenario)
    return GeneratedOrder(
        key=OrderKey(ebp_code=facts.platform.code, order_no=facts.order_no),
        mode=mode,
        scenario=scenario,
        facts=facts,
        documents=_documents(facts, scenario, error=Decimal(random.randint(100, 3000)) / 100),
        exchanged_for=_exchanged(seed, index, mode) if scenario is Scenario.EXCHANGE else None,
    )


def cancellation(order: GeneratedOrder, invt_no: str, pre_no: str) -> CEB623Message:
    """The declarant's cancellation; both numbers are what customs gave the list."""
    head = documents.declaration_list(order.facts).head
    guid = documents.serial(order.key.order_no, "623-message")
    cancelled = documents.cancellation(head, invt_no, pre_no)
    return CEB623Message(guid=guid, base_transfer=DECLARANT.transfer, cancellations=[cancelled])


def to_xml(order: GeneratedOrder, stem: str) -> bytes:
    """The customs message under `stem`; raises KeyError where there is none. Lists are signed (see message_xml)."""
    document = order.documents[stem]
    if not isinstance(document, CebMessage):
        raise KeyError(f"{stem} is an event, not a customs message")
    return message_xml(document)


def message_xml(message: CebMessage) -> bytes:
    """The XML of a message, what is declared with the Signature that the official schema demands.

    The key is thrown away with the process, so the signature is another one in every run.
    """
    if not isinstance(message, _SIGNED):
        return build(message)
    return sign(build(message), _signer(message.base_transfer.cop_code))


@cache
def _signer(code: str) -> SoftwareSigner:
    return SoftwareSigner.throwaway(code)


def _facts(random: Random, seed: int, index: int, mode: Mode, scenario: Scenario) -> Facts:
    buyer = person(seed, index)
    lines = _lines(random, scenario)
    some_discount = rounded(lines[0].price * random.randint(1, 20) / 100)
    return Facts(
        order_no=order_number(seed, index + 1, mode, scenario),
        index=index + 1,
        mode=mode,
        platform=(platform := random.choice(PLATFORMS)),
        guarantor=DECLARANT.code if scenario is Scenario.GUARANTEE_WAIT else platform.code,
        seller=random.choice(SELLERS),
        buyer=buyer,
        consignee=buyer if random.random() > _ONE_IN_THREE else person(seed + 1, index),
        address=f"测试省测试市测试区虚构路{random.randint(1, 999)}号{random.randint(101, 2904)}室",
        lines=lines,
        freight=Decimal(random.choice((0, 8, 15, 22))),
        discount=some_discount if random.random() < _ONE_IN_THREE else Decimal(0),
        placed=_FIRST_MOMENT + timedelta(seconds=random.randrange(_PERIOD_SECONDS)),
    )


def _exchanged(seed: int, index: int, mode: Mode) -> GeneratedOrder:
    return generated(seed, _EXCHANGED + index, mode, Scenario.RELEASE)


def _lines(random: Random, scenario: Scenario) -> tuple[Line, ...]:
    if scenario is Scenario.ANNUAL_LIMIT:
        return one_handbag()
    lines = basket(random)
    if scenario is Scenario.RETURN_PART:  # something comes back, something stays
        return (lines[0].model_copy(update={"qty": lines[0].qty + 1}), *lines[1:])
    return lines


def _documents(facts: Facts, scenario: Scenario, error: Decimal) -> dict[str, CebMessage | Event]:
    wrong_payment = scenario in {Scenario.PAYMENT_CORRECTED, Scenario.PAYMENT_MISMATCH}
    made: dict[str, CebModel] = {
        "311": documents.order(facts),
        "411": documents.payment(facts, error if wrong_payment else Decimal(0)),
        "511": documents.waybill(facts),
        "621": documents.declaration_list(facts),
        ORIGINAL_PAYMENT: original_payment(facts),
    }
    if scenario is Scenario.PAYMENT_MISSING:
        del made["411"], made[ORIGINAL_PAYMENT]
    elif scenario is Scenario.PAYMENT_CORRECTED:
        made["411-corrected"] = documents.corrected_payment(facts)
    elif scenario is Scenario.CUSTOMS_REJECTION:
        made["621"] = documents.faulty_list(facts)
        made["621-corrected"] = documents.corrected_list(facts)
    elif scenario is Scenario.LIST_SERVICE:
        del made["621"]
        made[LIST_REQUEST] = documents.list_request(facts)
    return {stem: _message(facts, stem, document) for stem, document in made.items()}


_KINDS: dict[str, tuple[type[CebMessage], Party | None]] = {
    "311": (CEB311Message, None),
    "411": (CEB411Message, PAYMENT_FIRM),
    "511": (CEB511Message, CARRIER),
    "621": (CEB621Message, DECLARANT),
}


def _message(facts: Facts, stem: str, document: CebModel) -> CebMessage | Event:
    if isinstance(document, Event):
        return document
    model, sender = _KINDS[stem[:3]]
    content = {
        "guid": documents.serial(facts.order_no, f"{stem}-message"),
        "base_transfer": (sender or facts.platform).transfer,
        model.first_element: [document],
    }
    return model.model_validate(content)
