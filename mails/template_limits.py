"""How much a mail's template may do, so that none holds up the worker or fills its memory.

Jinja's sandbox keeps a template from what it must not touch, but not from looping for ever. Here
every piece that runs (a turn of a loop, a branch, a macro, a block) is counted with the text it
writes, and every value that is made is measured; where an operator, a filter or a method can make
much out of little, before it does.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from itertools import chain
from typing import Any, TypeVar

from jinja2 import Environment, Template, nodes, pass_context
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from mails.template_sizes import (
    LARGEST_VALUE,
    MOST_MADE,
    REFUSALS,
    TemplateLimitError,
    TooLargeError,
    refuse_growth,
    refuse_wide_format,
    size_of,
)

_MOST_WRITTEN = 1_000_000
_LONGEST_RANGE = 10_000
# Of the processor's time: a worker that waits for its turn is no fault of the template.
_MOST_SECONDS = 0.5
# The filters that can make much out of little.
_GROWING = {"batch", "center", "format", "indent", "join", "replace", "round", "slice", "tojson"}
_GROWING |= {"urlize", "wordwrap", "xmlattr"}
_OF_JINJA = (Context, EvalContext, Environment)

Value = TypeVar("Value")


@dataclass
class _Work:
    """What one rendering has done."""

    written: int = 0
    made: int = 0
    deadline: float = field(default_factory=lambda: time.thread_time() + _MOST_SECONDS)

    def step(self) -> None:
        if time.thread_time() > self.deadline:
            raise TemplateLimitError(f"takes more than {_MOST_SECONDS} seconds")

    def write(self, length: int) -> None:
        self.written += length
        if self.written > _MOST_WRITTEN:
            raise TemplateLimitError(f"writes more than {_MOST_WRITTEN:,} characters")

    def make(self, value: Value) -> Value:
        size = size_of(value)
        self.made += size
        if size > LARGEST_VALUE or self.made > MOST_MADE:
            raise TooLargeError()
        return value


_work: ContextVar[_Work] = ContextVar("work")


class _CountedCode(CodeGenerator):
    """Has a compiled template tell its environment what it does."""

    def blockvisit(self, body: Iterable[nodes.Node], frame: Frame) -> None:
        pieces = list(body)
        self.writeline(f"environment.ran({_own_text(pieces)})")
        super().blockvisit(pieces, frame)

    def visit_List(self, node: nodes.List, frame: Frame) -> None:
        self._made(super().visit_List, node, frame)

    def visit_Dict(self, node: nodes.Dict, frame: Frame) -> None:
        self._made(super().visit_Dict, node, frame)

    def visit_Tuple(self, node: nodes.Tuple, frame: Frame) -> None:
        if node.ctx == "load":
            self._made(super().visit_Tuple, node, frame)
        else:
            super().visit_Tuple(node, frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        self._made(super().visit_Concat, node, frame)

    def _made(self, visit: Callable[[Any, Frame], None], node: nodes.Node, frame: Frame) -> None:
        self.write("environment.made(")
        visit(node, frame)
        self.write(")")


class LimitedEnvironment(ImmutableSandboxedEnvironment):
    """A sandbox for templates that may be wrong, or meant ill: render them by `rendered`.

    A filter that is added later is not measured.
    """

    code_generator_class = _CountedCode
    intercepted_binops = frozenset(REFUSALS)

    def __init__(self, **options: Any) -> None:
        super().__init__(finalize=_written, **options)
        del self.globals["lipsum"]
        self.globals |= {"range": _short_range, "namespace": _ShyNamespace}
        self.filters = {name: _limited(name, act) for name, act in self.filters.items()}
        self.binop_table |= {sign: _measured(sign, self.binop_table[sign]) for sign in REFUSALS}

    def rendered(self, template: str | Template, values: Mapping[str, Any]) -> str:
        """The text of a template. Raises `TemplateLimitError`, and whatever a template raises."""
        token = _work.set(_Work())
        try:
            return self.get_template(template).render(values)
        finally:
            _work.reset(token)

    def ran(self, length: int) -> None:
        """A piece of a template runs that has so many characters of text of its own."""
        work = _work.get()
        work.step()
        work.write(length)

    def made(self, value: Value) -> Value:
        """`value`, which a template made, unless it is too large."""
        return _work.get().make(value)

    def call(self, context: Context, called: Any, /, *args: Any, **named: Any) -> Any:
        """Jinja's hook for every call: of a macro, a block, a function or a method."""
        _work.get().step()
        owner = getattr(called, "__self__", None)
        if isinstance(owner, str | bytes | int):
            refuse_growth(owner, [*args, *named.values()])
        return self.made(super().call(context, called, *args, **named))

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Jinja's hook for `str.format`, whose widths may stand anywhere in its arguments."""
        if super().wrap_str_format(value):
            raise SecurityError("str.format is not allowed here: use the filter format")
        return None


class _ShyNamespace(Namespace):
    """Does not show what is in it: of namespaces in each other that would be endless."""

    def __repr__(self) -> str:
        return "<Namespace>"


def _own_text(pieces: Iterable[nodes.Node]) -> int:
    """How many characters of text some pieces have, without the pieces within them."""
    outputs = [piece.nodes for piece in pieces if isinstance(piece, nodes.Output)]
    texts = [part.data for part in chain(*outputs) if isinstance(part, nodes.TemplateData)]
    return sum(map(len, texts))


@pass_context
def _written(context: Context, value: Value) -> Value:
    """Jinja's hook for every value that is put into the text."""
    _work.get().write(size_of(value))
    return value


def _limited(name: str, act: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that is measured. Jinja tries some when it compiles: failing only puts them off."""

    @wraps(act)
    def limited(*args: Any, **named: Any) -> Any:
        work = _work.get()
        work.step()
        if name in _GROWING:
            value, *others = [each for each in args if not isinstance(each, _OF_JINJA)]
            refuse_growth(value, [*others, *named.values()])
            refuse_wide_format(value if name == "format" else "")
        return work.make(act(*args, **named))

    return limited


def _measured(sign: str, act: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """An operator that is measured."""
    refuse = REFUSALS[sign]

    def measured(left: Any, right: Any) -> Any:
        refuse(left, right)
        return _work.get().make(act(left, right))

    return measured


def _short_range(*bounds: int) -> range:
    found = range(*bounds)
    if len(found) > _LONGEST_RANGE:
        raise TemplateLimitError(f"has a range of more than {_LONGEST_RANGE:,} numbers")
    return found
