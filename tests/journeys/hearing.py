"""What a screen reader is told of a page: Chromium's accessibility tree, in reading order."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from playwright.sync_api import Page

SILENT = {"none", "generic", "InlineTextBox", "LineBreak", "ListMarker", "LabelText", "Legend"}


@dataclass(frozen=True)
class Heard:
    """One thing that is read out. `within` are the roles around it, outermost first."""

    role: str
    name: str
    description: str = ""
    told: dict = field(default_factory=dict)
    within: tuple[str, ...] = ()


def heard(page: Page) -> list[Heard]:
    devtools = page.context.new_cdp_session(page)
    devtools.send("Accessibility.enable")
    nodes = {node["nodeId"]: node for node in devtools.send("Accessibility.getFullAXTree")["nodes"]}
    devtools.detach()
    root = next(node for node in nodes.values() if "parentId" not in node)
    return list(_walk(root, nodes, ()))


def _walk(node: dict, nodes: dict, within: tuple[str, ...]) -> Iterator[Heard]:
    role = node.get("role", {}).get("value", "none")
    if not node.get("ignored") and role not in SILENT:
        told = {one["name"]: one["value"].get("value") for one in node.get("properties", [])}
        yield Heard(role, _text(node, "name"), _text(node, "description"), told, within)
        within = (*within, role)
    for child in node.get("childIds", []):
        if child in nodes:
            yield from _walk(nodes[child], nodes, within)


def _text(node: dict, what: str) -> str:
    return " ".join(str(node.get(what, {}).get("value", "")).split())


def of_role(page: Page, *roles: str) -> list[Heard]:
    return [one for one in heard(page) if one.role in roles]


def unnamed(page: Page) -> list[Heard]:
    """Everything one can act on, and every group and table, that says nothing about itself."""
    speak = (
        "link",
        "button",
        "radio",
        "checkbox",
        "textbox",
        "combobox",
        "spinbutton",
        "slider",
        "radiogroup",
        "table",
    )
    return [one for one in of_role(page, *speak) if not one.name]


def heading_levels(page: Page) -> list[int]:
    return [one.told["level"] for one in of_role(page, "heading")]
