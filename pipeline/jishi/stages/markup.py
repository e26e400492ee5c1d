"""Fixes of what is left of HTML: entities, tags, scripts and styles."""

from __future__ import annotations

import html
import re

from jishi.stages.edits import Edit

MARKUP_MARKS = frozenset("&<")
_ENTITY = re.compile(
    r"&(?:#\d{2,7}|#[xX][0-9a-fA-F]{2,6}|[A-Za-z][A-Za-z0-9]{1,24});(?:(?<=&amp;)(?:#\d{2,7}|[a-z]{2,8});)?"
)
_BREAKING = "br|p|div|li|tr|h[1-6]|ul|ol|table|section|article|blockquote|hr|td|th|tbody|center|dd|dt|dl"
_INLINE = (
    "a|b|i|u|em|strong|span|font|img|small|big|sub|sup|o:p|st1:[a-z]+|input|button|label|video|audio|iframe|object|"
    "param|embed|wbr|nobr|s|strike|code|pre|script|style|link|meta|html|body|head|title|form|figure|figcaption|source|"
    "picture|svg|path"
)
_OPENING = re.compile(r"<(?P<name>script|style)\b[^<>]{0,300}>|(?P<comment><!--)", re.IGNORECASE)
_TAG = re.compile(rf"</?(?P<name>{_BREAKING}|{_INLINE})(?:\s[^<>]{{0,1500}})?\s*/?>", re.IGNORECASE)
_IS_BREAKING = re.compile(_BREAKING, re.IGNORECASE)


def remove_tags(text: str) -> list[Edit]:
    """Take out tags of HTML, comments, scripts and styles; a tag that ends a line becomes a line break.

    Only names that HTML has are tags: <新闻>, <1> and 5 < 6 stay.
    """
    edits: list[Edit] = []
    position = 0
    for start, end in _find_elements(text):
        edits += _remove_tags(text, position, start)
        edits.append(Edit(start, end, "", "html_tag", "a script, style or comment of HTML"))
        position = end
    return edits + _remove_tags(text, position, len(text))


def _find_elements(text: str) -> list[tuple[int, int]]:
    """Give the scripts, styles and comments that are closed."""
    found: list[tuple[int, int]] = []
    lowered = text.lower() if "<" in text else text
    unclosed: set[str] = set()
    position = 0
    while opening := _OPENING.search(text, position):
        closing = "-->" if opening["comment"] else f"</{opening['name'].lower()}"
        position = opening.end()
        if closing in unclosed or len(lowered) != len(text):
            continue
        at = lowered.find(closing, position)
        end = lowered.find(">", at) + 1 if at >= 0 else 0
        if not end:
            unclosed.add(closing)
            continue
        found.append((opening.start(), end))
        position = end
    return found


def _remove_tags(text: str, start: int, end: int) -> list[Edit]:
    edits: list[Edit] = []
    for tag in _TAG.finditer(text, start, end):
        after = ""
        if _IS_BREAKING.fullmatch(tag["name"]) and not _at_line_edge(text, tag.start(), edits):
            after = "\n"
        edits.append(Edit(tag.start(), tag.end(), after, "html_tag", "a tag of HTML"))
    return edits


def _at_line_edge(text: str, start: int, edits: list[Edit]) -> bool:
    """Whether a line break already stands before a tag, as text or as what a tag became."""
    i = len(edits) - 1
    while i >= 0 and edits[i].end == start:
        if edits[i].after:
            return True
        start = edits[i].start
        i -= 1
    return start == 0 or text[start - 1] == "\n"


def decode_entities(text: str) -> list[Edit]:
    """Replace entities of HTML by what they stand for, those encoded twice too: &nbsp; &ldquo; &#8220; &amp;quot;."""
    edits = []
    for entity in _ENTITY.finditer(text):
        decoded = html.unescape(html.unescape(entity.group()))
        if decoded != entity.group() and "\x00" not in decoded:
            edits.append(Edit(entity.start(), entity.end(), decoded, "html_entity", "an entity of HTML"))
    return edits
