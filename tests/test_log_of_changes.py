"""Whatever changes something in the console writes a line of the log of changes."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CONSOLE = Path(__file__).parents[1] / "api" / "console"
CHANGES_NOTHING = {
    "mails/editor.py preview",
    # Of a draft, which nobody is sent.
    "mails/editor.py discard",
    "requests/bulk.py ask_to_confirm",
    # A form, because what is looked for must not stand in an address.
    "shoppers.py show_shopper",
    "sign_in.py sign_in",
    "sign_in.py sign_out",
    "sign_in.py look_at_site",
}
Function = ast.AsyncFunctionDef | ast.FunctionDef


def functions(path: Path) -> dict[str, Function]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, Function)]
    return {function.name: function for function in found}


def is_action(function: Function) -> bool:
    return any(
        isinstance(each, ast.Call)
        and isinstance(each.func, ast.Attribute)
        and each.func.attr == "post"
        for each in function.decorator_list
    )


def called(function: Function, known: dict[str, Function]) -> set[str]:
    """The names a function calls, by itself or through others of its file."""
    names, looked_at = set[str](), {function.name}
    todo = [function]
    while todo:
        for name in _names_called(todo.pop()):
            names.add(name)
            if name in known and name not in looked_at:
                looked_at.add(name)
                todo.append(known[name])
    return names


def _names_called(function: Function) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "id", getattr(node.func, "attr", ""))


def actions() -> dict[str, set[str]]:
    """What each action of the console calls."""
    found = {}
    for path in sorted(CONSOLE.rglob("*.py")):
        known = functions(path)
        for name, function in known.items():
            if is_action(function):
                found[f"{path.relative_to(CONSOLE)} {name}"] = called(function, known)
    return found


@pytest.mark.parametrize("action", sorted(set(actions()) - CHANGES_NOTHING))
def test_an_action_writes_a_line_of_the_log(action: str) -> None:
    assert "audit" in actions()[action]


def test_what_needs_no_line_is_still_there() -> None:
    assert set(actions()) >= CHANGES_NOTHING
