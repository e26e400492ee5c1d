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
    r"(?:[T\s]*\d{1,2}[：:]\d\d(?:[：:]\d\d(?:\.\d+)?)?(?:Z|\+\d\d:?\d\d)?)?"
)
_LABELLED_DATE = re.compile(
    r"(?P<label>发[布佈表](?:日期|时间|于)?|更新(?:日期|时间)?|(?:发文|加入|添加|来稿|刊登|公告|张贴|公布|成文|生成|上传|录入|上架|建立|最后修改|最后更新)"
    r"(?:日期|时间)|日期|时间|Posted on|Published(?: on)?)\s*[：:]?\s*[【\[]?\s*" + _DATE
)
_BARE_DATE = re.compile(r"^\W*" + _DATE + r"(?=\W*(?:星期.|周.)?\W*$|\W*[\s|/·【\[（(][^\d年月]{0,40}$)")
_DATE_BEHIND_MEDIUM = re.compile(r"^\W*[A-Za-z\u4e00-\u9fff]{2,16}[\s|/·—-]+" + _DATE + r"\W*$")
_OPENING_DATE = re.compile(_DATE + r"[^，。；]{0,4}(?=\s|【|\[|\||$)")
_SIGNED_DATE = re.compile(r"^\s*" + _DATE + r"\s*$")
# Words that a line of a page's header begins its fields with. 时间 and 日期 alone may as well be those of an event.
_HEADER_WORDS = re.compile(
    r"(?:发[布佈]|发表|更新|(?:文章|稿件|信息|新闻|图片|消息|内容|本文)?来源|出处|作者|(?:责任|网络)?编辑|责编|点[击阅]|浏览|阅读|人气|字体|"
    r"字号|访问|供稿|撰稿|撰文|审[核稿]|初审|复审|终审|校对|摄影|上传|录入|张贴|发文|索引号|文号|主题分类|分类|栏目|所属|公告|刊登|最后修改|"
    r"添加|加入|打印|关键[词字]|标签)[\u4e00-\u9fff]{0,3}\s*[：:]"
)
_DATE_WORDS = re.compile(r"(?:日期|时间)\s*[：:]")
_HAN = "\u4e00-\u9fff"
_BOILERPLATE = re.compile(
    r"""^[\s>«<\[【·●•-]*+(?:
      (?:您|你)?(?:现在|当前)?的?(?:当前)?所?在?位置\s*[：:]?.*[>»›/→].*|(?:您的)?(?:当前|现在)位置.*|
      (?:网站)?首页\s*[>»›/|→].*|
      (?:上|下|前|后)一?[篇条则页]\s*[\]】]?\s*[：:].*|(?:[上下前后]一[篇条则页])\s*[\]】»>]*(?:\s.*)?|
      分享(?:到|至|给)?\s*[：:]?\s*(?:微信|微博|QQ|朋友圈|空间|[\s、/|]|新浪|腾讯|好友|人人网|豆瓣|更多)*|
      (?:【?\s*(?:打印(?:本页|文章|此页)?|关闭(?:窗口|本页)?|收藏|返回(?:顶部|首页|列表|上一页)|顶部|推荐给?朋友|我要评论|字体[：:]?|字号[：:]?|大|中|小)\s*】?[\s|/·]*)+|
      (?:点击|浏览|阅读|访问)(?:数|量|次数|率)?\s*[：:]?\s*\[?\d*\]?\s*次?|
      (?:相关(?:阅读|链接|新闻|文章|报道|推荐)|推荐阅读|热门(?:文章|新闻)|延伸阅读|附件|更多)\s*[：:]?\s*|
      (?:相关(?:阅读|链接|新闻|文章|报道|推荐|专题)|推荐阅读|延伸阅读|往期(?:回顾|推荐|精选))\s*[：:][^。！？]*|
      (?:版权所有|Copyright|©|备案号|.{0,6}ICP备).*|.*(?:ICP备\d|公网安备|All\ Rights?\ Reserved).*|
      (?:技术支持|网站地图|友情链接|网站声明)\s*(?:[：:|].*)?|(?:联系|通讯|学校|单位)?地址\s*[：:].*邮(?:政编码|编).*|
      (?:免责|版权|特别|郑重)?声明\s*[：:].*(?:转载|版权|本[网站]|侵权).*|凡(?:本[网站]|注明|标注).*(?:转载|版权|来源|作品).*|
      (?:.{0,12}(?:转载|图片|稿件|文章).{0,24}(?:版权|侵权).{0,60}(?:联系|删除|所有).*)|
      [\[【(（]?(?:广告|推广|赞助)[\]】)）]?(?:\s*[：:].*)?|[\[【](?:广告|推广)[\]】].*|
      (?:扫一扫|扫码|长按).{0,20}(?:关注|分享|二维码).{0,12}|
      (?:网友|发表|全部|最新)评论.*|用户名\s*[：:].*验证码.*|.{0,12}评论仅代表.*|
      (?:\#|上一页|下一页|阅读原文|点赞|在看|收藏|转发|返回|返回(?:顶部|首页|列表|上一页))\s*
    )$""",
    re.VERBOSE | re.IGNORECASE,
)
_MENU = re.compile(rf"^\W*+(?:[{_HAN}A-Za-z]{{2,8}}\s*[|｜丨]\s*){{3,}}[{_HAN}A-Za-z]{{2,8}}\W*$")
_MENU_WORDS = re.compile("首页|概况|简介|新闻|公告|招生|联系|导航|地图|下载|指南|服务|关于|版权|登录|注册")
# Headings over lists of other articles; some need dates in their list.
_NEIGHBOUR = re.compile(r"^[\s>«<\[【]*[上下前后]一?[篇条则页]\s*[\]】»>]*\s*[：:]?\s*$")
_LIST_HEADING = re.compile(
    r"^\W*+(?:相关(?:阅读|链接|新闻|文章|报道|推荐|专题|信息|资讯|内容)|(?:推荐|延伸|热门|精彩|更多)(?:阅读|文章|新闻|推荐|内容|资讯|报道)|猜你喜欢|"
    r"大家都在看|往期(?:回顾|推荐|精选|精彩)|(?:阅读|点击|新闻|浏览)排行榜?|热点(?:新闻|推荐|排行)|(?:本类|同类|站内)(?:热门|推荐|最新|文章|新闻)|"
    r"最新(?:文章|新闻|更新)|友情链接)\W*$"
)
_DATED_HEADING = re.compile(
    r"^\W*+(?:最新(?:动态|资讯|消息|公告|通知)|通知公告|新闻动态|公告栏|要闻|热点|新闻中心|校园(?:新闻|快讯)|信息公开)\W*$"
)
_LISTED_DATE = r"[\[(（【]?(?:(?:19|20)\d\d[-./])?\d{1,2}[-./]\d{1,2}[\])）】]?"
_IN_LISTED_DATE = re.compile(r"\d[-./]\d")
_DATED_ITEM = re.compile(rf"^\W*(?:{_LISTED_DATE}\s+\S.*[{_HAN}].*|\S.*[{_HAN}].*[\s\[(（【]+{_LISTED_DATE})\s*$")
_LONGEST_ITEM = 60
_LIST_LEAST = 2


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
    header: list[tuple[int, int]] = field(default_factory=list)
    boilerplate: list[tuple[int, int]] = field(default_factory=list)

    @property
    def outside(self) -> list[tuple[int, int]]:
        """The lines that report nothing: header and boilerplate."""
        return [*self.header, *self.boilerplate]


@Language.component("jishi_metadata", assigns=["doc._.layout", "doc._.credits", "doc._.published", "doc._.body_start"])
def read_metadata(doc: Doc) -> Doc:
    """Set `doc._.layout`, `doc._.credits` and, where the caller gave none, `doc._.published`."""
    has_title = bool(doc._.article.title)
    layout = read_layout(read_text(doc), doc._.body_start if has_title else None)
    header_start = layout.title_span[1] + 1 if layout.title_span else doc._.body_start if has_title else 0
    doc._.layout = layout
    doc._.body_start = layout.body_start
    doc._.credits = find_credits(read_text(doc), header_start)
    layout.source = next((credit.name for credit in doc._.credits if credit.role == "source"), None)
    if doc._.published is None:
        doc._.published = layout.published
    return doc


def read_layout(text: str, title_end: int | None = None) -> Layout:
    """Give the layout of a normalised text. title_end: where the body begins, if the text begins with a known title."""
    layout = Layout()
    lines = [(found.start(), found.end()) for found in re.finditer(r"[^\n]+", text)]
    lines = [(start, end) for start, end in lines if text[start:end].strip()]
    layout.boilerplate = _find_boilerplate(text, [line for line in lines if line[0] >= (title_end or 0)])
    lines = [line for line in lines if line not in layout.boilerplate]
    if title_end is None:
        _read_title(text, lines, layout)
    else:
        layout.body_start = title_end
    title = text[:title_end].strip() if title_end is not None else layout.title
    _read_header(text, [line for line in lines if line[0] >= layout.body_start], layout, title)
    if layout.published is None:
        _read_signature(text, lines, layout)
    return layout


def _find_boilerplate(text: str, lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give the lines that are no text of the article: navigation, footers, lists of other articles."""
    found = [_is_boilerplate(text[start:end]) for start, end in lines]
    dated = [end - start <= _LONGEST_ITEM + 12 and _is_dated(text[start:end]) for start, end in lines]
    for i, (start, end) in enumerate(lines):
        line = text[start:end]
        if _LIST_HEADING.match(line):
            found[i] = True
            for k in range(i + 1, _end_of_list(text, lines, i + 1)):
                found[k] = True
        elif _NEIGHBOUR.match(line):
            if i + 1 < len(lines) and _is_item(text, lines[i + 1]):
                found[i + 1] = True
        elif _DATED_HEADING.match(line) and i + 1 < len(lines) and dated[i + 1]:
            found[i] = True
    listed = sum(end - start for (start, end), is_dated in zip(lines, dated, strict=True) if is_dated)
    if listed < len(text) / 2:  # else the article is such a list
        _add_dated(dated, found)
    return [line for line, is_found in zip(lines, found, strict=True) if is_found]


def _is_boilerplate(line: str) -> bool:
    return bool(_BOILERPLATE.match(line) or (_MENU.match(line) and _MENU_WORDS.search(line)))


def _is_dated(line: str) -> bool:
    return bool(_IN_LISTED_DATE.search(line) and _DATED_ITEM.match(line))


def _is_item(text: str, line: tuple[int, int]) -> bool:
    start, end = line
    return end - start <= _LONGEST_ITEM and not text[start:end].rstrip().endswith(("。", "；", "："))


def _end_of_list(text: str, lines: list[tuple[int, int]], first: int) -> int:
    """Where the items behind a heading end: before the next sentence; a heading over text of the article has none."""
    last = first
    while last < len(lines) and _is_item(text, lines[last]):
        last += 1
    return last if last == len(lines) or last - first >= _LIST_LEAST else first


def _add_dated(dated: list[bool], found: list[bool]) -> None:
    """Mark two or more dated items in a row at the beginning or the end of the page."""
    for order in (range(len(dated)), range(len(dated) - 1, -1, -1)):
        row = []
        for i in order:
            if dated[i]:
                row.append(i)
            elif not found[i]:
                break
        if len(row) >= _LIST_LEAST:
            for i in row:
                found[i] = True


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


def _read_header(text: str, lines: list[tuple[int, int]], layout: Layout, title: str | None) -> None:
    """Read the lines between headline and text; the body begins behind them."""
    for start, end in lines[:_HEADER_LINES]:
        line = text[start:end]
        if line.strip() == title:  # the headline again
            layout.body_start = min(len(text), end + 1)
            continue
        words = line.strip(" 　【[（(")
        is_short = len(line) <= 160 and line.strip()[-1] not in "。！？"
        is_dated = bool(_DATE_WORDS.match(words))
        is_labelled = is_short and bool(
            _HEADER_WORDS.match(words) or (_HEADER_WORDS.search(words) and (is_dated or _OPENING_DATE.match(words)))
        )
        found = _find_header_date(line, is_labelled)
        is_header = is_labelled or (is_short and is_dated)
        if found and layout.published is None and _set_date(layout, found, start, "header"):
            is_header = True
        if not is_header:
            break
        if is_labelled or (found and found.groupdict().get("label") not in ("日期", "时间") and _is_no_sentence(line)):
            layout.header.append((start, end))
        layout.body_start = min(len(text), end + 1)


def _find_header_date(line: str, is_labelled: bool) -> re.Match[str] | None:
    labelled = _LABELLED_DATE.search(line)
    if labelled and (is_labelled or len(line) <= 60):
        return labelled
    if len(line) > 60:
        return None
    return _BARE_DATE.search(line) or _DATE_BEHIND_MEDIUM.search(line)


def _is_no_sentence(line: str) -> bool:
    return not any(mark in line for mark in "，。；！？")


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
