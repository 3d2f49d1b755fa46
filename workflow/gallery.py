"""What the page of components shows: every component once, with the words of a real day."""

from typing import Any

from django import forms

PATH = [
    {"label": "Shared", "state": "done", "when": "Sep 24"},
    {"label": "First look", "state": "done", "when": "Sep 28"},
    {"label": "Feasibility", "state": "now", "when": "2 of 4 answers in"},
    {"label": "Decision", "state": "todo", "when": "Oct 29"},
    {"label": "Delivery", "state": "todo", "when": "about 12 weeks"},
    {"label": "Results", "state": "todo", "when": "tested once, Oct 15, 2027"},
]
PAUSED = [
    {"label": "Shared", "state": "done", "when": "Jul 28"},
    {"label": "First look", "state": "done", "when": "Jul 30"},
    {"label": "Feasibility", "state": "done", "when": "Aug 20"},
    {"label": "Not yet", "state": "paused", "when": "back Thu, July 1, 2027"},
    {"label": "Delivery", "state": "todo", "when": "open"},
    {"label": "Results", "state": "todo", "when": "open"},
]
GETTING_READY = [
    {"label": "Shared", "state": "done", "when": "Jun 2"},
    {"label": "First look", "state": "done", "when": "Jun 4"},
    {"label": "Feasibility", "state": "done", "when": "Jul 1"},
    {"label": "Decision", "state": "done", "when": "Yes, Aug 27"},
    {
        "label": "Delivery",
        "state": "now",
        "when": "getting ready",
        "ready": True,
        "subs": [
            {"text": "Money found", "done": True},
            {"text": "Purchase, Luis Ortega, Nov 6", "done": False},
            {"text": "Council, Nov 17", "done": False},
            {"text": "People, from Dec 1", "done": True},
        ],
    },
    {"label": "Results", "state": "todo", "when": "tested once"},
]
PROSE = """Two things:

- **Crews** need it on the map
- not in a mail

> Four minutes lost."""


class SampleForm(forms.Form):
    """One field of each kind."""

    problem = forms.CharField(
        label="What problem do you run into?",
        help_text="A sentence is enough. No solution needed.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    audience = forms.ChoiceField(
        label="Who sees it first?",
        widget=forms.RadioSelect,
        choices=[("department", "IT and my department"), ("city", "Everyone in the city")],
    )
    goal = forms.ChoiceField(
        label="City goal", required=False, choices=[("", "Not sure"), ("safe", "A safe community")]
    )
    wanted_by = forms.DateField(
        label="Wanted by",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Only if a day counts.",
    )
    tell_me = forms.BooleanField(label="Tell me when somebody joins", required=False)


def samples() -> dict[str, Any]:
    """The context of the page."""
    return {
        "path": PATH,
        "paused": PAUSED,
        "getting_ready": GETTING_READY,
        "form": SampleForm({"problem": ""}),
        "prose": PROSE,
    }
