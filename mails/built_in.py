"""The source of the mails that come with Restock, for an owner to begin from."""

import re

from domain.mail_templates import MailParts
from mails.letters import Templates

_EXTENDS = re.compile(r'\{%\s*extends\s+"([^"]+)"\s*%\}\n?')
_TAG = re.compile(r"\{%\s*(?:block\s+(\w+)(?:\s+required)?|endblock(?:\s+\w+)?)\s*%\}\n?")
_ITSELF = re.compile(r"\{\{\s*self\.(\w+)\(\)\s*\}\}")
_COMMENT = re.compile(r"\{#.*?#\}\n?", re.DOTALL)
_MOST_PAGES = 10


def built_in(templates: Templates, kind: str, locale: str) -> MailParts:
    """What a shopper of `locale` is sent while its owner has written nothing.

    The HTML is one whole page, whatever pages it is made of: so that its colours can be changed as
    its words can.
    """
    subject, text, html = (_source(templates, name) for name in templates.files(kind, locale))
    return MailParts(subject=subject.strip(), text=text, html=_whole(templates, html))


def _source(templates: Templates, name: str) -> str:
    loader = templates.environment.loader
    assert loader
    return loader.get_source(templates.environment, name)[0]


def _whole(templates: Templates, html: str) -> str:
    """A page with the pages that it extends put into it; one of another make is left as it is."""
    pages = [html]
    while (found := _EXTENDS.search(pages[-1])) and len(pages) < _MOST_PAGES:
        pages.append(_source(templates, found[1]))
    if len(pages) == 1 or any("super()" in page for page in pages):
        return html
    blocks: dict[str, str] = {}
    for page in reversed(pages):
        blocks |= _blocks(page)
    return _COMMENT.sub("", _filled(pages[-1], blocks))


def _blocks(page: str) -> dict[str, str]:
    """What stands in each block, with the blocks in it."""
    found: dict[str, str] = {}
    begun: list[tuple[str, int]] = []
    for tag in _TAG.finditer(page):
        if tag[1]:
            begun.append((tag[1], tag.end()))
        else:
            name, start = begun.pop()
            found[name] = page[start : tag.start()]
    return found


def _filled(page: str, blocks: dict[str, str]) -> str:
    """A page with each block, and each mention of one, replaced by what stands in it."""
    pieces: list[str] = []
    depth = end = 0
    for tag in _TAG.finditer(page):
        if tag[1] and depth == 0:
            pieces += [page[end : tag.start()], _filled(blocks[tag[1]], blocks)]
        depth += 1 if tag[1] else -1
        end = tag.end()
    whole = "".join([*pieces, page[end:]])
    return _ITSELF.sub(lambda match: _filled(blocks[match[1]], blocks).strip(), whole)
