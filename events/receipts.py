"""The door's answer to one document: accepted, or refused with the official code."""

from pydantic import AwareDatetime

from events.documents import DocumentKind
from events.problems import Problem
from events.values import Text, Value

ACCEPTED = "120"


class Answer(Value):
    """What the door says of one document.

    `status` is 120 (accepted) or a negative official code; `at` is the time of the first answer, so that the
    same document always earns the same answer. `keys` are the key fields that the official receipt repeats.
    """

    kind: DocumentKind
    status: str
    at: AwareDatetime
    info: Text
    guid: str
    keys: dict[str, str]
    problems: tuple[Problem, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the document was taken."""
        return self.status == ACCEPTED


class DocumentAnswered(Value):
    """The outbound event `cn.sandan.document.answered.v1`: the answer to a document that came over the bus."""

    document_id: str
    answer: Answer
