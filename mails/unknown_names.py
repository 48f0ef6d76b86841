"""Finds the names in a template that no mail has, also where they are not reached just now."""

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from jinja2 import nodes
from jinja2.meta import find_undeclared_variables

# A name that a report may give, or may not, is asked for in these ways.
_TESTS, _FILTERS = {"defined", "undefined"}, {"default", "d"}


def unknown_names(tree: nodes.Template, known: Collection[str]) -> Iterator[tuple[int, str]]:
    """The line of each name that is not in `known` and not asked for first, and what is wrong.

    `known`: names as they are written, such as `item.name`.
    """
    holders = {
        ".".join(name.split(".")[:end]) for name in known for end in range(name.count(".") + 1)
    }
    holders.discard("")
    taken_from_outside = find_undeclared_variables(tree)
    asked_for = set(_asked_for(tree))
    for node in tree.find_all((nodes.Name, nodes.Getattr)):
        path = _path(node)
        if path is None or path in asked_for or path.split(".")[0] not in taken_from_outside:
            continue
        parent = path.rpartition(".")[0]
        if (
            path not in known
            and path not in holders
            and (not parent or parent in holders - set(known))
        ):
            yield node.lineno, _said(path, known)


def _asked_for(tree: nodes.Template) -> Iterator[str]:
    for node in tree.find_all((nodes.Test, nodes.Filter)):
        asks = node.name in (_TESTS if isinstance(node, nodes.Test) else _FILTERS)
        path = _path(node.node) if asks and node.node else None
        if path:
            yield path


def _path(node: nodes.Node) -> str | None:
    """`item.name`; none for what is no plain name, and for one that is set, not read."""
    if isinstance(node, nodes.Name):
        return node.name if node.ctx == "load" else None
    if isinstance(node, nodes.Getattr):
        holder = _path(node.node)
        return f"{holder}.{node.attr}" if holder else None
    return None


def _said(path: str, known: Collection[str]) -> str:
    close = get_close_matches(path, known, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    return f"There is no {path} in this mail.{hint}"
