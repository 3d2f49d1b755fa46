"""Changes of goals, by room: plans, measures, values, indexes."""

from goals.actions.indexes import change_index, figures_of, make_index, recalculate, recalculate_with
from goals.actions.measures import (
    ASK_AGAIN,
    add_measure,
    annotate,
    ask_for_value,
    change_measure,
    due_on_of,
    end_measure,
    keep_due,
    last_whole_period,
    period_of,
    take_back_annotation,
)
from goals.actions.plans import (
    add_goal,
    add_objective,
    add_plan,
    change_goal,
    change_objective,
    change_plan,
    edits_of,
    move_goal,
)
from goals.actions.uploads import answer_upload, bring_values, drop_upload, plan_of, take_over
from goals.actions.values import correct_measurement, record_measurement

__all__ = [
    "ASK_AGAIN",
    "add_goal",
    "add_measure",
    "add_objective",
    "add_plan",
    "annotate",
    "answer_upload",
    "ask_for_value",
    "bring_values",
    "change_goal",
    "change_index",
    "change_measure",
    "change_objective",
    "change_plan",
    "correct_measurement",
    "drop_upload",
    "due_on_of",
    "edits_of",
    "end_measure",
    "figures_of",
    "keep_due",
    "last_whole_period",
    "make_index",
    "move_goal",
    "period_of",
    "plan_of",
    "recalculate",
    "recalculate_with",
    "record_measurement",
    "take_back_annotation",
    "take_over",
]
