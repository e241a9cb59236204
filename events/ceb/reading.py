"""One pass over a document: the model that it gives, and everything in it that breaks the schema."""

from itertools import pairwise
from typing import Any, Final, TypeVar

from lxml import etree
from pydantic import ValidationError

from events.ceb.attributes import refused_attributes
from events.ceb.base import BLANK, CebModel
from events.ceb.declared import declared_with
from events.ceb.frame import CebMessage
from events.ceb.plain_signature import plain_signature
from events.ceb.plan import Kind, Plan, Slot, plan_of
from events.ceb.raw import CanonicalFormError, raw_text
from events.ceb.signature.profile import SIGNATURE_NAMESPACE
from events.ceb.xml import line_of, local_name
from events.ceb.xmldsig import signature_problems
from events.problems import PROBLEM_LIMIT, Problem, path_of, problems_of
from events.spelling import meant, why

Model = TypeVar("Model", bound=CebModel)
Path = tuple[str | int, ...]

_SIGNATURE: Final = f"{{{SIGNATURE_NAMESPACE}}}Signature"


class _EnoughError(Exception):
    """So many problems that no more are looked for."""


class Reading:
    """Reads one document. `problems` stand against it, `tolerated` breaks the schema too but has its own answer."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.tolerated: list[Problem] = []
        self._document: type[CebModel] = CebModel

    def document(self, root: etree._Element, model: type[Model]) -> Model | None:
        """The model of a document; None when `problems` says why there is none."""
        self._document = model
        try:
            found = self._part(root, model, (local_name(root),))
        except _EnoughError:
            return None
        return found if isinstance(found, model) and not self.problems else None

    def _part(self, element: etree._Element, model: type[CebModel], path: Path) -> CebModel:
        plan = plan_of(model)
        excused: set[str] = set()
        content = self._content(element, plan, path, excused)
        if plan.fixed:
            self._check_fixed(element, plan, content, path)
        try:
            found = plan.validate(content, by_alias=True, by_name=False)
        except ValidationError as error:
            self._add_values(error, element, plan, path, excused)
            return _stand_in(model)
        object.__setattr__(found, "__pydantic_fields_set__", plan.given_fields(found.model_fields_set))
        return found

    def _content(self, element: etree._Element, plan: Plan, path: Path, excused: set[str]) -> dict[str, Any]:
        """What stands in an element, as the model's input; structure is checked here, values by the model.

        `excused` takes the names that are missing for a reason that is already told.
        """
        content: dict[str, Any] = {}
        if plan.attributes or element.keys():
            self._read_attributes(element, plan, path, content, excused)
        slots, reached, text_between = plan.by_tag, -1, element.text
        for child in element:
            slot = slots.get(child.tag)
            text_between = text_between or child.tail
            if slot is None:
                self._add_unknown(child, plan, content, path, excused)
                continue
            alias = slot.alias
            if slot.order <= reached and not (slot.repeated and slot.order == reached):
                self._add_misplaced(child, plan.elements[reached].alias, alias in content, path)
            reached = slot.order
            if slot.repeated:
                items = content.setdefault(alias, [])
                items.append(self._value(child, slot, (*path, alias, len(items))))
            elif slot.kind is not Kind.TEXT or len(child) or child.keys():
                content[alias] = self._value(child, slot, (*path, alias))
            else:
                text = child.text
                content[alias] = slot.empty if text is None else text
        if text_between and any(text.strip(BLANK) for text in (element.text, *(c.tail for c in element)) if text):
            self._add(element, path, "text", "holds text between its elements: remove it")
        return content

    def _value(self, child: etree._Element, slot: Slot, path: Path) -> Any:
        if slot.kind is Kind.PARTS and slot.model is not None:
            return self._part(child, slot.model, path)
        if slot.kind is Kind.XML:
            return self._xml(child, slot, path)
        if len(child):
            self._add(child, path, "text", "holds elements where text is expected: remove them")
        self._refuse_attributes(child, slot, path)
        return slot.empty if child.text is None else child.text

    def _xml(self, child: etree._Element, slot: Slot, path: Path) -> str:
        try:
            text = raw_text(child, slot.space, slot.prefix)
        except CanonicalFormError as error:
            text = ""
            self._add(child, path, "canonical", str(error))
        if slot.alias == "Signature" and not plain_signature(text):
            for problem in signature_problems(child, path, self._judge):
                self._keep(problem)
        elif slot.one_element:
            self._refuse_attributes(child, slot, path)
            texts = "".join([child.text or "", *(part.tail or "" for part in child)])
            if len(child) > 1 or texts.strip(BLANK):
                self._add(child, path, "content", "may hold one element and nothing beside it: put all into one")
        return text

    def _judge(self, element: etree._Element, path: Path) -> bool:
        """Judge an element within a Signature, where the schema has a declaration of it."""
        model = declared_with(self._document).get(str(element.tag))
        if model is None:
            return False
        self._part(element, model, path)
        if issubclass(model, CebMessage) and model.must_be_signed and element.find(_SIGNATURE) is None:
            self._add(element, (*path, "Signature"), "required", "is required: sign the message")
        return True

    def _read_attributes(
        self, element: etree._Element, plan: Plan, path: Path, content: dict[str, Any], excused: set[str]
    ) -> None:
        for step, words in refused_attributes(element, plan.attributes, None):
            self._add(element, (*path, step), "unknown", words)
            excused.add(step[1:])
        for alias, slot in plan.attributes.items():
            given = element.get(alias)
            if given is not None:
                content[alias] = given
            elif slot.required:
                excused.add(alias)
                self._add(element, (*path, f"@{alias}"), "required", "is required: add it")

    def _refuse_attributes(self, element: etree._Element, slot: Slot, path: Path) -> None:
        for step, words in refused_attributes(element, (), slot.type_name):
            self._add(element, (*path, step), "unknown", words)

    def _check_fixed(self, element: etree._Element, plan: Plan, content: dict[str, Any], path: Path) -> None:
        for slot in plan.fixed:
            given = content.get(slot.alias)
            if len(self.tolerated) >= PROBLEM_LIMIT:
                return
            if isinstance(given, str) and given != slot.fixed and len(given) == len(slot.fixed or ""):
                place = (*path, slot.alias)
                words = f"is fixed by the schema: write {slot.fixed}"
                line = _line(element, (slot.alias,))
                self.tolerated.append(Problem(path=path_of(place), rule="fixed", value=given, message=words, line=line))

    def _add_unknown(
        self, child: etree._Element, plan: Plan, content: dict[str, Any], path: Path, excused: set[str]
    ) -> None:
        name = local_name(child)
        right = meant(name, (slot.alias for slot in plan.elements if slot.alias not in content))
        hint = f"allowed here: {', '.join(slot.alias for slot in plan.elements)}"
        if right is not None:
            excused.add(right)
            space = next(slot.space for slot in plan.elements if slot.alias == right)
            hint = f"{why(name, right)}, in the namespace {space}"
        self._add(child, (*path, name), "unknown", f"is not an element of the official schema at this place; {hint}")

    def _add_misplaced(self, child: etree._Element, before: str, again: bool, path: Path) -> None:
        place = (*path, local_name(child))
        if again:
            self._add(child, place, "repeated", "stands more than once: keep one")
        else:
            self._add(child, place, "order", f"stands too late: put it before {before}, as the official schema has it")

    def _add_values(
        self, error: ValidationError, element: etree._Element, plan: Plan, path: Path, excused: set[str]
    ) -> None:
        told = error.errors(include_url=False, include_input=False)
        for problem, details in zip(problems_of(error, path_of(path)[1:]), told, strict=True):
            location = details["loc"]
            if problem.rule == "required" and location[0] in excused:
                continue
            place = problem.path
            if location and location[0] in plan.attributes:
                place = path_of((*path, f"@{location[0]}"))
            line = _line(
                element, location if problem.rule != "max_items" else (*location, details["ctx"]["max_length"])
            )
            self._keep(problem.model_copy(update={"path": place, "line": line}))

    def _add(self, element: etree._Element, path: Path, rule: str, message: str) -> None:
        self._keep(Problem(path=path_of(path), rule=rule, message=message, line=line_of(element)))

    def _keep(self, problem: Problem) -> None:
        self.problems.append(problem)
        if len(self.problems) >= PROBLEM_LIMIT:
            words = f"has {PROBLEM_LIMIT} problems or more: mend these, then look again"
            self.problems.append(Problem(path="/", rule="too_many", message=words))
            raise _EnoughError


def _line(element: etree._Element, location: tuple[str | int, ...]) -> int | None:
    """The line of the deepest element that exists on the way to `location`."""
    found = element
    for step, following in pairwise([*location, None]):
        if isinstance(step, str):
            same = [child for child in found if local_name(child) == step]
            index = following if isinstance(following, int) else 0
            if index >= len(same):
                break
            found = same[index]
    return line_of(found)


def _stand_in(model: type[CebModel]) -> CebModel:
    """What takes the place of a part that has problems, so that those of what is around it are found too."""
    nothing: dict[str, Any] = dict.fromkeys(model.model_fields)
    return model.model_construct(**nothing)
