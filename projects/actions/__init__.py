"""Changes of a project that are more than one move, by room."""

from projects.actions.after import (
    LONG_STOP,
    answer_check_in,
    ask_check_in,
    ask_outcome,
    close_as_not_measurable,
    evaluate_when_known,
    plan_after_delivery,
    record_outcome,
    say_whether_it_helped,
    skip_check_in,
    test_date,
    write_lessons,
)
from projects.actions.base import require, tell
from projects.actions.opening import name_manager, open_project
from projects.actions.reports import Signal, report, signal_of
from projects.actions.work import (
    add_milestone,
    ask_to_cancel,
    change_milestone,
    close_line,
    hold,
    plan_end,
    plan_line,
    resume,
    set_budget,
    waive_line,
)

__all__ = [
    "LONG_STOP",
    "Signal",
    "add_milestone",
    "answer_check_in",
    "ask_check_in",
    "ask_outcome",
    "ask_to_cancel",
    "change_milestone",
    "close_as_not_measurable",
    "close_line",
    "evaluate_when_known",
    "hold",
    "name_manager",
    "open_project",
    "plan_after_delivery",
    "plan_end",
    "plan_line",
    "record_outcome",
    "report",
    "require",
    "resume",
    "say_whether_it_helped",
    "set_budget",
    "signal_of",
    "skip_check_in",
    "tell",
    "test_date",
    "waive_line",
    "write_lessons",
]
