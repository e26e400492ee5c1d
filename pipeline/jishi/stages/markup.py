"""Fixes of what is left of HTML: entities, tags, scripts and styles; of escapes of JSON, JavaScript and URLs; of the
signs of Markdown and of forums.
"""

from __future__ import annotations

import html
import re

from jishi.stages.edits import Edit

MARKUP_MARKS = frozenset("&<")
_NAMES = "nbsp|ensp|emsp|ldquo|rdquo|lsquo|rsquo|quot|mdash|ndash|hellip|middot|bull"
_ENTITY = re.compile(
    r"&(?:amp;){0,3}(?:#\d{2,7}|#[xX][0-9a-fA-F]{2,6}|[A-Za-z][A-Za-z0-9]{1,24});"
    rf"|&(?:#(?P<number>\d{{4,6}})(?![\d;])|(?P<name>{_NAMES})(?![A-Za-z0-9;=]))|(?<![A-Za-z&])(?P<bare>{_NAMES});"
)
_ENCODED_AT_MOST = 4  # times that an entity was encoded again
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
    """Replace entities of HTML by what they stand for, those encoded again too (&nbsp; &#8220; &amp;amp;quot;), and
    those that lost their & or their semicolon (ldquo; &#22823).
    """
    edits = []
    for entity in _ENTITY.finditer(text):
        found = entity.group()
        if entity["number"] and int(entity["number"]) < _FIRST_BEYOND_LATIN:
            continue
        name = entity["bare"] or entity["name"]
        decoded = f"&{name};" if name else found.lower() if found[1:3].isupper() else found
        for _ in range(_ENCODED_AT_MOST):
            decoded = html.unescape(decoded)
        if decoded not in (found, found.lower()) and "\x00" not in decoded:
            edits.append(Edit(entity.start(), entity.end(), decoded, "html_entity", "an entity of HTML"))
    return edits


_FIRST_BEYOND_LATIN = 0x2000
_UNICODE_ESCAPE = re.compile(
    r"(?:\\u|%u)(?P<high>[dD][89abAB][0-9a-fA-F]{2})(?:\\u|%u)(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|(?:\\u|%u)(?P<code>[0-9a-fA-F]{4})"
)
_BYTE_ESCAPE = re.compile(
    r"%[eE][0-9a-fA-F](?:%[89abAB][0-9a-fA-F]){2}|%[cCdD][0-9a-fA-F]%[89abAB][0-9a-fA-F]|%[0-7][0-9a-fA-F]"
)
_HAN = re.compile("[\u4e00-\u9fff]")
_ESCAPES_LEAST = 4
_LINE_ESCAPE = re.compile(r"(?:\\r)?\\n(?![a-z])|\\r(?![a-z])|\\t(?![a-z])")
_SHOWN_LINE_ESCAPE = re.compile(r"[。！？”…]\s*(?:\\r)?\\n")
_MARK_ESCAPE = re.compile(r"\\(?=[\"'/])")


def decode_escapes(text: str) -> list[Edit]:
    """Replace escapes by what they stand for: \\u9752 and %u9752 where most of the text is written so, %E9%9D%92 where
    all of it is, and \\n, \\" and \\/ between Chinese. An address and a line of code keep theirs.
    """
    edits = _decode_units(text) or _decode_bytes(text)
    reason = "an escape of JSON or JavaScript"
    decoded = {edit.start for edit in edits}
    if _SHOWN_LINE_ESCAPE.search(text) or edits:
        for found in _LINE_ESCAPE.finditer(text):
            if found.start() not in decoded:
                after = " " if found.group().endswith("t") else "\n"
                edits.append(Edit(*found.span(), after, "escape", reason))
    marks = [found.span() for found in _MARK_ESCAPE.finditer(text)]
    if len(marks) >= 2 and (edits or _HAN.search(text)):
        edits += [Edit(*span, "", "escape", reason) for span in marks]
    return sorted(edits)


def _decode_units(text: str) -> list[Edit]:
    edits = []
    for found in _UNICODE_ESCAPE.finditer(text):
        if found["code"]:
            char = chr(int(found["code"], 16))
        else:
            char = (bytes.fromhex(found["high"]) + bytes.fromhex(found["low"])).decode("utf-16-be")
        edits.append(Edit(*found.span(), char, "escape", "an escape of JSON or JavaScript"))
    escaped = sum(bool(_HAN.match(edit.after)) for edit in edits)
    return edits if escaped >= _ESCAPES_LEAST and escaped > len(_HAN.findall(text)) else []


def _decode_bytes(text: str) -> list[Edit]:
    if _HAN.search(text) or text.count("%") < 3 * _ESCAPES_LEAST or "://" in text:
        return []
    edits = []
    for found in _BYTE_ESCAPE.finditer(text):
        char = bytes.fromhex(found.group().replace("%", "")).decode("utf-8", "replace")
        edits.append(Edit(*found.span(), char, "escape", "an escape of URLs"))
    return edits if sum(bool(_HAN.match(edit.after)) for edit in edits) >= _ESCAPES_LEAST else []


_FORUM_TAG = re.compile(
    r"\[img(?:=[^\[\]\n]{0,80})?\][^\[\]\n]{0,300}\[/img\]"
    r"|\[/?(?:size|color|backcolor|font|align|center|email|quote|list|table|t[dr]|indent|float)(?:=[^\[\]\n]{0,120})?\]"
    r"|\[p=[^\[\]\n]{0,120}\]|\[(?P<letter>[biusp])\](?=[^\[\]]{1,300}\[/(?P=letter)\])|\[/[biusp]\]",
    re.IGNORECASE,
)
_MARKDOWN_LINK = re.compile(r"!\[[^\[\]\n]{0,80}\]\([^()\s]{1,300}\)|\[([^\[\]\n]{1,80})\]\(https?://[^()\s]{1,300}\)")
_MARKDOWN_BOLD = re.compile(r"(?<![*_])(\*\*|__)(?=[^*_\n]{0,100}[\u4e00-\u9fff])[^*_\n]{1,200}(\1)(?![*_])")


def remove_markings(text: str) -> list[Edit]:
    """Take out tags of forums ([size=14px]…[/size]), pictures, and what Markdown puts around bold type and links."""
    edits = [Edit(*tag.span(), "", "markup", "a tag of a forum") for tag in _FORUM_TAG.finditer(text)]
    reason = "a sign of Markdown"
    for bold in _MARKDOWN_BOLD.finditer(text):
        edits += [Edit(*bold.span(group), "", "markup", reason) for group in (1, 2)]
    for link in _MARKDOWN_LINK.finditer(text):
        start, end = link.span(1) if link[1] else (link.end(), link.end())
        spans = [(link.start(), start), (end, link.end())]
        edits += [Edit(*span, "", "markup", reason) for span in spans if span[0] < span[1]]
    edits.sort()
    return [edit for i, edit in enumerate(edits) if not i or edits[i - 1].end <= edit.start]
