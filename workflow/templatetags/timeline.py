"""What happened, told in a template: `{{ event|sentence }}`."""

from django import template

from workflow import timeline

register = template.Library()
register.filter("sentence", timeline.sentence_of)
register.filter("event_icon", timeline.icon_of)
