"""Charts that a template draws from plain numbers."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from charts.bars import budget_bar as draw_budget_bar

register = template.Library()


@register.simple_tag
def budget_bar(budget: Any, spent: Any, finding: str, width: int = 320) -> SafeString:
    """Spent against budget; `finding` is the sentence for those who do not see it."""
    return draw_budget_bar(float(budget or 0), float(spent or 0), finding, width)
