"""The tables of goals, by room: plans, measures, indexes, agreements, uploads, meetings."""

from goals.models.agreements import Agreement, DataElement, DataRequest, Position, Remark, SignOff
from goals.models.indexes import Index, IndexPart, Member
from goals.models.measures import Annotation, Definition, Measure, Measurement, MeasurementPart
from goals.models.meetings import Action, AgendaItem, Meeting
from goals.models.plans import Goal, Objective, Plan
from goals.models.uploads import Upload

__all__ = [
    "Action",
    "AgendaItem",
    "Agreement",
    "Annotation",
    "DataElement",
    "DataRequest",
    "Definition",
    "Goal",
    "Index",
    "IndexPart",
    "Measure",
    "Measurement",
    "MeasurementPart",
    "Meeting",
    "Member",
    "Objective",
    "Plan",
    "Position",
    "Remark",
    "SignOff",
    "Upload",
]
