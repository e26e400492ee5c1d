"""Metadata: what a page says about the article: title, date of publication, source, credits; and which lines are not
text.

Header lines (发布日期：2024-09-02 来源：… 作者：… 点击：…) and boilerplate (当前位置：…, 上一篇：…, 分享到) stay in the
text; the layout says where they are.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field

from spacy.language import Language
from spacy.tokens import Doc

from jishi.stages.credits import find_credits
from jishi.stages.findings import read_text

_HEADER_LINES = 6
_LONGEST_TITLE = 60
_SENTENCE_END = "。；，：…"
_DATE = (
    r"(?P<year>(?:19|20)\d\d)\s*[-./年]\s*(?P<month>\d{1,2})\s*[-./月]\s*(?P<day>\d{1,2})日?"
    r"(?:\s*\d{1,2}[：:]\d\d(?:[：:]\d\d)?)?"
)
_LABELLED_DATE = re.compile(
    r"(?:发布(?:日期|时间)?|发表(?:日期|时间)?|发文日期|更新(?:日期|时间)?|日期|时间|加入时间|添加时间|来稿时间|刊登日期|公告日期|张贴日期)"
    r"\s*[：:]\s*" + _DATE
)
_BARE_DATE = re.compile(r"^\W*" + _DATE + r"\W*(?=$|[^\d年月日]{0,40}$)")
_SIGNED_DATE = re.compile(r"^\s*" + _DATE + r"\s*$")
_HEADER_WORDS = re.compile(
    r"(?:发布|发表|更新|来源|作者|编辑|点击|浏览|阅读|字体|字号|日期|时间|访问|供稿|撰稿|审核|摄影|责编)[\u4e00-\u9fff]{0,3}\s*[：:]"
)
_BOILERPLATE = re.compile(
    r"""^\s*(?:
      (?:您|你)?(?:现在|当前)?的?(?:当前)?所?在?位置\s*[：:]?.*[>»›/].*|(?:您的)?(?:当前|现在)位置.*| 首页\s*[>»›/|].*|
      (?:上|下|前|后)一?[篇条则页]\s*[：:].*|(?:上一篇|下一篇|上一条|下一条)(?:\s.*)?|
      分享(?:到|至|给)?\s*[：:]?\s*(?:微信|微博|QQ|朋友圈|空间|[\s、/|])*|
      (?:【?\s*(?:打印(?:本页|文章|此页)?|关闭(?:窗口|本页)?|收藏|返回(?:顶部|首页|列表|上一页)|顶部|推荐给?朋友|我要评论|字体[：:]?|字号[：:]?|大|中|小)\s*】?[\s|/·]*)+|
      (?:点击|浏览|阅读|访问)(?:数|量|次数|率)?\s*[：:]?\s*\[?\d*\]?\s*次?|
      (?:相关(?:阅读|链接|新闻|文章|报道|推荐)|推荐阅读|热门(?:文章|新闻)|延伸阅读|附件|更多)\s*[：:]?\s*|
      (?:版权所有|Copyright|©|备案号|.{0,6}ICP备).*| (?:扫一扫|扫码|长按).{0,20}(?:关注|分享|二维码).{0,12}|
      (?:\#|上一页|下一页|阅读原文|点赞|在看|收藏|转发|返回)\s*
    )$""",
    re.VERBOSE,
)


@dataclass(slots=True)
class Layout:
    """How a page is laid out. Offsets are code points of the normalised text.

    title, title_span: the first line, if it is a headline and none was given with the article. published,
    published_span, published_from: ISO date, where it is written, and whether that is a header or the dateline at the
    end. source: the medium named. body_start: where the body begins. boilerplate: lines that are no text of the
    article.
    """

    title: str | None = None
    title_span: tuple[int, int] | None = None
    published: str | None = None
    published_span: tuple[int, int] | None = None
    published_from: str | None = None
    source: str | None = None
    body_start: int = 0
    boilerplate: list[tuple[int, int]] = field(default_factory=list)


@Language.component("jishi_metadata", assigns=["doc._.layout", "doc._.credits", "doc._.published", "doc._.body_start"])
def read_metadata(doc: Doc) -> Doc:
    """Set `doc._.layout`, `doc._.credits` and, where the caller gave none, `doc._.published`."""
    has_title = bool(doc._.article.title)
    layout = read_layout(read_text(doc), doc._.body_start if has_title else None)
    doc._.layout = layout
    doc._.body_start = layout.body_start
    doc._.credits = find_credits(read_text(doc), layout.title_span[1] + 1 if layout.title_span else doc._.body_start)
    layout.source = next((credit.name for credit in doc._.credits if credit.role == "source"), None)
    if doc._.published is None:
        doc._.published = layout.published
    return doc


def read_layout(text: str, title_end: int | None = None) -> Layout:
    """Give the layout of a normalised text. title_end: where the body begins, if the text begins with a known title."""
    layout = Layout()
    lines = [(found.start(), found.end()) for found in re.finditer(r"[^\n]+", text)]
    lines = [(start, end) for start, end in lines if text[start:end].strip()]
    layout.boilerplate = [(start, end) for start, end in lines if _BOILERPLATE.match(text[start:end])]
    lines = [line for line in lines if line not in layout.boilerplate]
    if title_end is None:
        _read_title(text, lines, layout)
    else:
        layout.body_start = title_end
    _read_header(text, [line for line in lines if line[0] >= layout.body_start], layout)
    if layout.published is None:
        _read_signature(text, lines, layout)
    return layout


def _read_title(text: str, lines: list[tuple[int, int]], layout: Layout) -> None:
    """The first line is a headline if it is short, ends like none of the sentences, and more follows."""
    if len(lines) < 2:
        return
    start, end = lines[0]
    line = text[start:end].strip()
    following = text[lines[1][0] : lines[1][1]].strip()
    if not 4 <= len(line) <= _LONGEST_TITLE or line[-1] in _SENTENCE_END or _HEADER_WORDS.search(line):
        return
    if not re.search(r"[\u4e00-\u9fff]", line) or line[0] in "（(—-、，。":
        return
    rest = max(b - a for a, b in lines[1:])
    if line[-1] in "！？" and len(following) < 2 * len(line):
        return
    if rest > len(line) and (len(following) > len(line) or _HEADER_WORDS.search(following) or rest > 2 * len(line)):
        stripped = start + len(text[start:end]) - len(text[start:end].lstrip())
        layout.title, layout.title_span = line, (stripped, stripped + len(line))
        layout.body_start = lines[1][0]


def _read_header(text: str, lines: list[tuple[int, int]], layout: Layout) -> None:
    """Read the lines between headline and text; the body begins behind them."""
    for start, end in lines[:_HEADER_LINES]:
        line = text[start:end]
        labelled = _LABELLED_DATE.search(line)
        is_header = (
            bool(_HEADER_WORDS.match(line.strip(" 　【[（("))) and len(line) <= 160 and line.strip()[-1] not in "。！？"
        )
        found = (
            labelled
            if labelled and (is_header or len(line) <= 60)
            else _BARE_DATE.search(line)
            if len(line) <= 60
            else None
        )
        if found and layout.published is None and _set_date(layout, found, start, "header"):
            is_header = True
        if not is_header:
            break
        layout.body_start = min(len(text), end + 1)


def _read_signature(text: str, lines: list[tuple[int, int]], layout: Layout) -> None:
    """A date alone on one of the last lines is when the article was written."""
    for start, end in reversed(lines[-3:]):
        found = _SIGNED_DATE.match(text[start:end])
        if found and start >= layout.body_start and _set_date(layout, found, start, "dateline"):
            return


def _set_date(layout: Layout, found: re.Match[str], offset: int, where: str) -> bool:
    try:
        day = datetime.date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return False
    layout.published, layout.published_from = day.isoformat(), where
    layout.published_span = (offset + found.start("year"), offset + found.end())
    return True
