"""No template breaks the content policy, forgets a CSRF token or reaches for another host (R31, R75, R83)."""

import re

import pytest

from tests.sweeps.project import ROOT, templates

COMMENT = re.compile(r"\{% comment %\}.*?\{% endcomment %\}|\{#.*?#\}|<!--.*?-->", re.DOTALL)
FORBIDDEN = {
    "an inline style": re.compile(r"<[a-z][^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc\s*=)(?![^>]*type=\"application/json\")", re.IGNORECASE),
    "an event handler": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "an htmx handler": re.compile(r"\bhx-on\b|hx-vals\s*=\s*[\"']js:", re.IGNORECASE),
    "a javascript link": re.compile(r"javascript:", re.IGNORECASE),
    "another host": re.compile(r"\b(?:src|href|action|poster|data)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE),
    "a data address": re.compile(r"\b(?:src|href)\s*=\s*[\"']data:", re.IGNORECASE),
    "escaping switched off": re.compile(r"\|\s*safe\b|\{% autoescape off %\}"),
}
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.IGNORECASE | re.DOTALL)
in_each_template = pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(ROOT)))


def source(path) -> str:
    return COMMENT.sub("", path.read_text())


@in_each_template
def test_template_keeps_the_content_policy(path):
    text = source(path)
    assert not [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]


@in_each_template
def test_every_post_form_has_its_token(path):
    for attributes, body in FORM.findall(source(path)):
        if re.search(r"method\s*=\s*[\"']?post", attributes, re.IGNORECASE):
            assert "csrf_token" in body, f"{path.name}: a POST form without {{% csrf_token %}}"


@in_each_template
def test_get_forms_change_nothing(path):
    """A form without a method is a GET; it may only filter, so it carries no token."""
    for attributes, body in FORM.findall(source(path)):
        if not re.search(r"method\s*=|hx-post", attributes, re.IGNORECASE):
            assert "csrf_token" not in body


def test_sweep_sees_a_bad_template():
    bad = '<p style="x"><script>1</script><a onclick="x" href="https://x.example">{{ name|safe }}</a>'
    found = [what for what, pattern in FORBIDDEN.items() if pattern.search(bad)]
    assert {"an inline style", "an inline script", "an event handler", "another host", "escaping switched off"} <= set(
        found
    )
