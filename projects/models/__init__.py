"""The tables of projects, by room: the project, its work, what it teaches, what became of it."""

from projects.models.lessons import Cause, CauseCode, Lesson
from projects.models.outcomes import Benefit, CheckIn, HelpAnswer, Outcome, OutcomeReading, Promise
from projects.models.projects import Health, Project, ProjectQuerySet
from projects.models.work import BudgetLine, Hold, Milestone, ReadyLine, StatusReport

__all__ = [
    "Benefit",
    "BudgetLine",
    "Cause",
    "CauseCode",
    "CheckIn",
    "Health",
    "HelpAnswer",
    "Hold",
    "Lesson",
    "Milestone",
    "Outcome",
    "OutcomeReading",
    "Project",
    "ProjectQuerySet",
    "Promise",
    "ReadyLine",
    "StatusReport",
]
