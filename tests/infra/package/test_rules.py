"""What CloudFormation would refuse of a parameter is refused by the same rules, and nothing else is."""

from typing import Any

import pytest

from infra.package.rules import broken
from infra.stack.template import parse, whole

PARAMETERS = parse(whole())["Parameters"]
CHECKED = {"AllowedValues", "AllowedPattern", "MinLength", "MaxLength", "MinValue", "MaxValue"}


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_rule_of_the_template_is_one_that_is_checked_and_its_default_holds_it(name: str) -> None:
    declared = PARAMETERS[name]
    assert declared.keys() - CHECKED <= {"Type", "Default", "Description", "ConstraintDescription", "NoEcho"}
    assert declared["Type"] in {"String", "Number", "CommaDelimitedList"}
    assert broken(declared, str(declared["Default"]), name) == []


@pytest.mark.parametrize(
    ("declared", "good", "wrong", "rule", "told"),
    [
        ({"AllowedValues": ["yes", "no"]}, "no", "maybe", "AllowedValues", "must be one of yes, no"),
        ({"Type": "Number", "AllowedValues": [7, 14]}, "14", "5", "AllowedValues", "must be one of 7, 14"),
        ({"AllowedPattern": "a+"}, "aa", "aab", "AllowedPattern", "must be of the form a+"),
        ({"AllowedPattern": "a+", "ConstraintDescription": "many a"}, "a", "b", "AllowedPattern", "must be many a"),
        ({"MinLength": 2}, "ab", "a", "MinLength", "must have 2 characters at least"),
        ({"MaxLength": "2"}, "ab", "abc", "MaxLength", "must have 2 characters at the most"),
        ({"Type": "Number"}, "-2.5", "two", "Type", "must be a number"),
        ({"Type": "Number"}, "1e3", "NaN", "Type", "must be a number"),
        ({"Type": "Number", "MinValue": 2}, "2", "1.9", "MinValue", "must be 2 at least"),
        ({"Type": "Number", "MaxValue": 2}, "2", "2.1", "MaxValue", "must be 2 at the most"),
        ({"Type": "CommaDelimitedList", "AllowedValues": ["a", "b"]}, "a, b", "b,c", "AllowedValues", "must be one of"),
        ({"Type": "CommaDelimitedList", "AllowedPattern": "a"}, "", "a,", "AllowedPattern", "must be of the form a"),
    ],
)
def test_a_value_that_breaks_a_rule_is_told_with_what_is_allowed(
    declared: dict[str, Any], good: str, wrong: str, rule: str, told: str
) -> None:
    declared = {"Type": "String", **declared}
    assert broken(declared, good, "P") == []
    (problem,) = broken(declared, wrong, "P")
    assert (problem.path, problem.rule) == ("P", rule)
    assert problem.value == wrong.rpartition(",")[2]
    assert problem.message.startswith(told)
    assert problem.message.endswith(f"({rule} in template.yaml)")
