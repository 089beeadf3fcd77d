"""Shows on a chart the panels that other apps put there."""

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def chart_panel(context: template.Context, panel) -> SafeString:
    """The panel's own template, given its own context and the request."""
    return SafeString(render_to_string(panel.template, panel.context, request=context.get("request")))
