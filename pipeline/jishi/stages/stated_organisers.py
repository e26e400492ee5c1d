"""What the text states of an organisation's part in an event, in so many words: behind a label (承办单位：), before a
verb of holding (由甲主办、乙承办), as what it serves (甲为支持单位), as who signs a notice."""

from __future__ import annotations

import re

from jishi.stages.clauses import locate
from jishi.stages.context import Context
from jishi.stages.fields import find_field
from jishi.stages.organisation_lists import find_list_end, find_list_start

_NAME_REACH = 60  # characters behind an organisation in which the event's name or the verb of holding stands
_NAME_BEHIND = 12  # and behind the verb where this goes before: 由某校举办的…
_LABEL_REACH = 12
_NAME_END = 4  # characters by which a name told again is known
_INVITATION_REACH = 120  # and in which it is told what a guest is invited to
_ORGANISING_FIELDS = ("host", "organiser", "co_organiser", "supporter")
_TIME_WORD = (
    r"[0-9一二三四五六七八九十年月日号时点：:/、 ]|上午|下午|中午|傍晚|[上本]?(?:周|星期)[一二三四五六日天]|"
    r"[今昨]天?|日前|近日|[晚早]上?|起?至|于(?=[0-9一二三四五六七八九十])|[（(][^（()）\n]{1,12}[）)]"
)
# possessive, so that each character is read once
_WHEN = rf"(?:{_TIME_WORD})*+"
_WHEN_AND_HOW = (
    rf"(?:{_TIME_WORD}|隆重|成功|顺利|圆满|联合|共同|合作|将|随即|分别|特别?|再[次度]|首[次度]|也|还|已|又)*+"
)
# 某校12月7日在礼堂举行: nothing but a date and a place stands between who holds and the verb
_HOLDS = re.compile(
    rf"{_WHEN_AND_HOW}(?:[在假于][^，。；\n]{{2,16}}?{_WHEN_AND_HOW})?"
    r"(?:举行|举办|召开|办理|合办|开办)(?!地|权|时|以来|前|后|的)"
)
# of a list the members that are not known as organisations, and 等
_OTHERS = (
    r"(?:[（(][^（()）\n]{1,20}[）)])?"
    r"(?:[、和与及暨](?![主承协])[^，。；、\n的由和与及暨]{2,20}?){0,3}"
    r"(?:等(?:[一二三四五六七八九十0-9]+[余多]?)?[个家]?(?:单位|部门|机构)?)?(?:[两三四五六][方家])?"
)
# 由甲主办、乙承办的…
_SAYS_ROLE = re.compile(
    _OTHERS
    + r"(?:所|联合|共同|协同|具体|负责|倾力|携手|合作|牵头|一[同起])*(?P<word>主办|承办|协办|合办|联办)(?![方单部权者])"
)
_ROLE_WORDS = {"主办": "host", "合办": "host", "联办": "host", "承办": "organiser", "协办": "co_organiser"}
# 甲为支持单位
_SERVES_AS = re.compile(
    r"(?:则|并)?(?:作)?为(?:本次|此次|活动|大会|本届|的)*(?:特别|官方|战略)?"
    r"(?P<word>主办|承办|协办|指导|支持|赞助|合办)(?:单位|机构|媒体|[方商])"
)
# 承办单位甲也邀请…, 协办单位包括甲、乙
_SERVES_BEFORE = re.compile(
    r"(?P<word>主办|承办|协办|指导|支持|赞助|合办)(?:单位|机构|方)(?:分别)?(?:即?[为是有]|，?包[括含]了?)?$"
)
# 由甲指导、乙支持; 甲为活动提供技术支持
_SUPPORTS = re.compile(
    _OTHERS
    + r"(?:(?:为(?:本|此|该|活动|大会|大赛|比赛|会议|展览|讲座)[^，。；\n]{0,6})?(?:提供|给予)了?[^，。；、\n]{0,6}|"
    r"(?:联合|共同|特别|大力|鼎力|冠名|学术|独家|全程|友情)*)(?:支持|指导|赞助|支援|资助)(?=[，。；、）)\n和及与]|的[“「《]|$)"
)
_PARTS = ("由", "，", "；", "、")
# 在甲指导下，…举办
_UNDER = re.compile(
    r"的?(?:大力|悉心|具体|精心)?(?:指导|支持)(?:[和与](?:指导|支持))?下，?"
    r"[^，。；\n]{0,30}(?:[主承]办|举[办行]|组织实施)"
)
_SAID_OF_EVENT = re.compile(
    r"(?:活动|会|论坛|讲[座坛堂谈]|课[堂程]?|展览?|赛|培训|[典演]?礼|仪式|演[出练]|计划|项目|营|节|班)[^。；\n]{0,16}$"
)
_OTHER_ROLES = re.compile(r"(?:[主承协联合]办|举办|指导|赞助)(?![方部权者教老])")
# 某系6月8日邀请某人来校演讲
_INVITES = re.compile(
    rf"{_WHEN_AND_HOW}(?:[在假于][^，。；\n]{{2,16}}?{_WHEN_AND_HOW})?(?:有幸|荣幸地?|诚挚)?邀(?:请|得)(?![各全您]位?|广大)"
    r"[^。；\n]{2,60}?(?:[作做][^，。；\n]{0,24}(?:报告|讲座|演讲|讲演|宣讲|分享)|举[办行]|主讲|演讲|讲[演授座学课]|授课|开讲)"
)
# 由甲、乙联合开设
_SETS_UP = re.compile(
    _OTHERS + r"(?:所|联合|共同|携手|合作|牵头|负责|一[同起])*"
    r"(?:开设|推出|发起|筹办|联办|合办|组织开展|组织|策划|牵头|举[办行]|召开)(?=[，。；、的）)\n]|$)"
)
# 甲联合乙，在某地举办…
_TOGETHER = re.compile(rf"{_WHEN}(?:联[合同]|携手|会同|联手|协同)(?![举主承协开召])[^。；，\n]{{2,50}}")
_TOGETHER_WORDS = ("联合", "联同", "携手", "会同", "联手", "协同")
_HELD_TOGETHER = re.compile(
    r"[^，。；\n]{0,30}，?[^，。；\n]{0,30}(?:举[办行]|召开|开[展办]|展开|主办|启动)(?!地|权|时|以来|前|后)"
)
_ISSUED = re.compile(r"关于(?:联合)?(?:举办|举行|召开|开展|组织|承办)")
_PLANNED = re.compile(
    r"(?:关于(?:举办|举行|召开)[^\n]{2,50}(?:通知|公告|启事|预告|函)|(?:决定|拟|定于|将于?|计划)[^，。\n]{0,30}(?:举办|召开|举行))"
)
_SIGNED_BELOW = re.compile(r"[ ]*\n+[ ]*\d{4}年\d{1,2}月\d{1,2}日\s*(?:$|\n)")
# 某网临江11月20日电（记者…）, 【某报讯】
_BYLINE = re.compile(r"[^，。；、\n举召开办]{0,14}(?:[电讯]|消息|报[道导])(?=[ 　（(】:：\n])")


def is_byline(context: Context, start: int, end: int) -> bool:
    """Tell whether the medium named at `[start, end)` opens a dispatch, of which it is the source."""
    text = context.text
    return (
        text[max(0, start - 1) : start] in ("", "\n", "【", "（", "(")
        and _BYLINE.match(text, end, end + 24) is not None
    )


def tell_stated_role(context: Context, start: int, end: int, name: tuple[int, int] | None) -> str | None:
    """Give the role that is stated for an organisation named at `[start, end)`: behind 承办单位：, as who issues the
    notice of an event (某局关于举办…的通知), or as who opens the clause that tells of holding it (某校12月7日举行…).
    `name` is where the event's name stands."""
    field = find_field(context.fields, start)
    if field and end <= field.end and field.kind in _ORGANISING_FIELDS:
        return field.kind
    text = context.text
    if _ISSUED.match(text, end):
        return "host"
    last, first = find_list_end(context, end), find_list_start(context, start)
    says = _SAYS_ROLE.match(text, last)
    if says:
        return _ROLE_WORDS[says["word"]]
    serves = _SERVES_AS.match(text, last)
    if serves:
        return _ROLE_WORDS.get(serves["word"], "supporter")
    serves = _SERVES_BEFORE.search(text, max(0, first - _LABEL_REACH), first)
    if serves:
        return _ROLE_WORDS.get(serves["word"], "supporter")
    if _is_supporter(context, first, last):
        return "supporter"
    if _sets_up(context, first, last, name) or _holds_together(context, first, last):
        return "host"
    if not _opens_clause(context, first):
        return None
    return "host" if _holds(context, start, end, name) or _INVITES.match(text, last, last + _INVITATION_REACH) else None


def _opens_clause(context: Context, start: int) -> bool:
    return (
        context.clauses[locate(context.clauses, start)][0] >= start - 1 or context.text[start - 1 : start] in "】）)]"
    )


def _holds(context: Context, start: int, end: int, name: tuple[int, int] | None) -> bool:
    """Tell whether a verb of holding follows the organisation at `[start, end)`, as a title or the first sentence
    of the body has it, or anywhere before the event's name."""
    text, last = context.text, find_list_end(context, end)
    if (
        find_list_start(context, start) == 0
        and 0 < end < context.body_start
        and _HOLDS.match(text, last, context.body_start)
    ):
        return True
    if _is_in_opening(context, start) and _HOLDS.match(text, last, last + _NAME_REACH):
        return True
    if name is None:
        return False
    if end <= name[0] <= end + _NAME_REACH:
        return _HOLDS.match(text, last, name[0]) is not None
    held = _HOLDS.match(text, last, last + _NAME_REACH)
    return (
        held is not None
        and text[max(name[0], name[1] - _NAME_END) : name[1]]
        in text[held.end() : context.sentence_around(start, end)[1]]
    )


def _is_in_opening(context: Context, start: int) -> bool:
    """Tell whether the body's first sentence holds `start`."""
    return context.body_start <= start < context.sentences[locate(context.sentences, context.body_start + 1)][1]


def _is_supporter(context: Context, start: int, end: int) -> bool:
    """Tell whether those listed at `[start, end)` support the event: …由甲指导, …乙、丙提供支持, 在丁指导下，…举办."""
    text = context.text
    sentence_start, sentence_end = context.sentence_around(start, end)
    before = text[start - 1 : start]
    if before == "在" and _UNDER.match(text, end, sentence_end):
        return True
    if not _SUPPORTS.match(text, end):
        return False
    if before == "由" and _SAID_OF_EVENT.search(text, max(sentence_start, start - 40), start):
        return True
    return (
        before in _PARTS
        and (_OTHER_ROLES.search(text, sentence_start, start) or _OTHER_ROLES.search(text, end + 2, sentence_end))
        is not None
    )


def _sets_up(context: Context, start: int, end: int, name: tuple[int, int] | None) -> bool:
    """Tell whether those listed at `[start, end)` are said to hold an event: …由甲、乙联合开设, 由甲举办的…"""
    text = context.text
    held = _SETS_UP.match(text, end) if text[start - 1 : start] == "由" else None
    if held is None:
        return False
    if name is not None and held.end() <= name[0] <= held.end() + _NAME_BEHIND:
        return True
    sentence_start = context.sentence_around(start, end)[0]
    return _SAID_OF_EVENT.search(text, max(sentence_start, start - 40), start) is not None


def _holds_together(context: Context, start: int, end: int) -> bool:
    """Tell whether those listed at `[start, end)` hold an event with others: 甲联合乙、丙在某地举办…"""
    text = context.text
    sentence_end = context.sentence_around(start, end)[1]
    if text[max(0, start - 2) : start] not in _TOGETHER_WORDS:
        opens = context.clauses[locate(context.clauses, start)][0] == start
        if not opens or not _TOGETHER.match(text, end, sentence_end):
            return False
    return _HELD_TOGETHER.match(text, end, sentence_end) is not None


def has_signed(context: Context, start: int, end: int) -> bool:
    """Tell whether an organisation named at `[start, end)` signs a text that gives notice of an event to be held."""
    text = context.text
    return (
        not text[start:end].endswith(("办公室", "办公厅"))  # which sign for the body that they serve
        and text[start - 1 : start] in ("", "\n", " ")
        and _SIGNED_BELOW.match(text, end) is not None
        and _PLANNED.search(text, 0, context.body_start + 400) is not None
    )
