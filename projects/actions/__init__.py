"""Changes of a project that are more than one move, by room."""

from projects.actions.base import require, tell
from projects.actions.benefits import confirm_benefit, promise_benefit
from projects.actions.lessons import add_lesson, write_lessons
from projects.actions.looks import (
    ASK_AGAIN,
    add_check_in,
    answer_check_in,
    ask_check_in,
    plan_check_in,
    say_whether_it_helped,
    skip_check_in,
)
from projects.actions.opening import name_manager, open_project
from projects.actions.outcomes import (
    LONG_STOP,
    add_reading,
    close_unanswered,
    evaluate,
    evaluate_all,
    evaluate_when_known,
    plan_outcomes,
    rule_of,
    tell_what_else_changed,
    window_of,
)
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
    "ASK_AGAIN",
    "LONG_STOP",
    "Signal",
    "add_check_in",
    "add_lesson",
    "add_milestone",
    "add_reading",
    "answer_check_in",
    "ask_check_in",
    "ask_to_cancel",
    "change_milestone",
    "close_line",
    "close_unanswered",
    "confirm_benefit",
    "evaluate",
    "evaluate_all",
    "evaluate_when_known",
    "hold",
    "name_manager",
    "open_project",
    "plan_check_in",
    "plan_end",
    "plan_line",
    "plan_outcomes",
    "promise_benefit",
    "report",
    "require",
    "resume",
    "rule_of",
    "say_whether_it_helped",
    "set_budget",
    "signal_of",
    "skip_check_in",
    "tell",
    "tell_what_else_changed",
    "waive_line",
    "window_of",
    "write_lessons",
]
