"""The tables of ideas, by room: ideas, parts, reviews, decisions, contributions, counts."""

from intake.models.contributions import Contribution
from intake.models.counts import Count, NumberSequence
from intake.models.decisions import Decision, ProposedNo, SecondLook
from intake.models.ideas import Idea, Value, know_holdings
from intake.models.parts import HOLDING, Backing, Part, Support
from intake.models.path import Turn
from intake.models.queries import FirstSight, has_open_question
from intake.models.reviews import Condition, Review

__all__ = [
    "HOLDING",
    "Backing",
    "Condition",
    "Contribution",
    "Count",
    "Decision",
    "FirstSight",
    "Idea",
    "NumberSequence",
    "Part",
    "ProposedNo",
    "Review",
    "SecondLook",
    "Support",
    "Turn",
    "Value",
    "has_open_question",
    "know_holdings",
]
