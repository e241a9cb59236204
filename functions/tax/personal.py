"""Tax on personal articles in mail and express parcels, 行邮税 (公告2010-43, 税委会〔2019〕17号)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from events.ceb.base import plain
from events.findings import Finding, Place
from events.values import Text
from functions.policy.pack import PolicyAtDate, Row
from functions.tax.rounding import rounding_of, shares

RATE, WAIVER, VALUE_LIMIT = "personal.rate.", "personal.waiver", "personal.value_limit."
OVER_VALUE_LIMIT = "T6"


class Sender(StrEnum):
    """Where a parcel comes from; the value limit depends on it."""

    HK_MACAU_TAIWAN = "hk-macau-taiwan"
    OTHER = "other"


@dataclass(frozen=True)
class Article:
    """Articles of one kind: their value in CNY and the rate, as a share of 1, of their tariff heading."""

    gnum: int
    value: Decimal
    rate: Decimal


@dataclass(frozen=True)
class ParcelTax:
    """The tax of a parcel; the parts are those of the articles, in their order, and add up to it."""

    tax: Decimal
    parts: tuple[Decimal, ...]
    waived: bool
    policy: tuple[str, ...]


def heading_rate(heading: str, policy: PolicyAtDate) -> Row:
    """The rate of a tariff heading of personal articles, 1, 2 or 3. Raises PolicyError for others."""
    return policy.row(RATE + heading)


def parcel_tax(articles: Sequence[Article], policy: PolicyAtDate) -> ParcelTax:
    """The whole value times the rates; nothing when that is not more than the waiver."""
    rounding, waiver = rounding_of(policy), policy.row(WAIVER)
    exact = [tax_on(article.value, article.rate) for article in articles]
    tax = rounding(sum(exact, Fraction(0)))
    waived = tax <= waiver.number()
    parts = (
        [tax * 0 for _ in exact] if waived else shares(tax, [part.as_integer_ratio() for part in exact], rounding.step)
    )
    return ParcelTax(
        tax=tax * 0 if waived else tax, parts=tuple(parts), waived=waived, policy=(waiver.id, rounding.row)
    )


def value_from(price_with_tax: Decimal, rate: Decimal, policy: PolicyAtDate) -> Decimal | None:
    """The value of a parcel of one article that makes this price together with its tax; None when no value does."""
    rounding, waiver = rounding_of(policy), policy.row(WAIVER).number()
    if rounding(tax_on(price_with_tax, rate)) <= waiver:
        return price_with_tax
    value = rounding(Fraction(price_with_tax) / (1 + Fraction(rate)))
    return value if rounding(tax_on(value, rate)) > waiver else None


def over_value_limit(value: Decimal, one_piece: bool, limit: Row) -> Finding | None:
    """T6: over the value limit per time (itself inside), unless it is one indivisible piece for own use."""
    if value <= limit.number() or one_piece:
        return None
    most = plain(limit.number())
    return Finding(
        rule=OVER_VALUE_LIMIT,
        left=Place(document="parcel", field="value", value=plain(value)),
        message=Text(
            zh=f"T6：{plain(value)} 元超过每次限值 {most} 元（{limit.basis}）。请退运，或按货物办理通关手续。",
            en=f"T6: {plain(value)} CNY is over the limit of {most} CNY per time ({limit.basis}). "
            "Return the parcel, or declare it as goods.",
        ),
        basis=limit.basis,
    )


def value_limit(sender: Sender, policy: PolicyAtDate) -> Row:
    """The value limit per time of parcels from there."""
    return policy.row(VALUE_LIMIT + sender)


def tax_on(value: Decimal, rate: Decimal) -> Fraction:
    """The exact tax, before waiver and rounding."""
    return Fraction(value) * Fraction(rate)
