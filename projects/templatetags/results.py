"""Outcomes in templates."""

from django import template

from projects.models import Outcome
from projects.results import Result

register = template.Library()


@register.simple_tag
def result(outcome: Outcome) -> Result:
    """What an outcome says, in words and charts."""
    return Result(outcome.promise, outcome)
