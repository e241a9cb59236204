"""The business layer: what the standard's prose asks and its schema cannot hold."""

from events.ceb.business.layer import business_problems, element_problems, frame_problems
from events.ceb.business.list_modes import currency_findings, list_mode_findings
from events.ceb.business.problem import BusinessProblem, Severity

__all__ = [
    "BusinessProblem",
    "Severity",
    "business_problems",
    "currency_findings",
    "element_problems",
    "frame_problems",
    "list_mode_findings",
]
