"""The ideas of the demonstration city, by where they are."""

from reports.demonstration.stories.approved import YES
from reports.demonstration.stories.on_the_way import DECISION, DRAFTS, FEASIBILITY, FIRST_LOOK, RESTRICTED, SHARED
from reports.demonstration.stories.other_answers import OTHER_ANSWERS
from reports.demonstration.stories.story import Story

STORIES = (*DRAFTS, *SHARED, *FIRST_LOOK, *FEASIBILITY, *DECISION, *YES, *OTHER_ANSWERS, *RESTRICTED)

__all__ = ["STORIES", "Story"]
