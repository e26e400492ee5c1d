"""A sound article of our own, and random mixes of all kinds of damage."""

from __future__ import annotations

from hypothesis import strategies as st

# Our own writing; enough of it for the accidents on bytes to happen at every seed.
ARTICLE = """青禾职业学院举办第三届工匠论坛
9月12日上午，青禾职业学院在图书馆报告厅举办第三届工匠论坛。学院党委副书记、院长周望舒致辞。活动由教务处处长沈听澜主持，来自全市的三百余名师生参加。
校科研处负责人林知夏介绍说，他们在新时代的实践中开展了十二项技术改造；现场观众对数控机床最感兴趣。可是，怎样把经验传给青年工人？论坛就此设了专题讨论。
现任高级技师顾长庚说：“我们在车间里学到的东西，比书上多得多。”活动结束后，他与学生们对话。现场气氛热烈，掌声不断。会议还向优秀学员颁发了证书。
规模最大的展区设在体育馆，展出产品二百多件。活动将持续到月底，市民可免费参观。可以预见，更多的年轻人会走上技能成才之路。"""

_SOUND = st.sampled_from(
    ["图书馆", "举办", "读书会", "，", "。", "9月2日", "AI", "周望舒", "\n", "𠮷", "“", "”", "校长", "1,200"]
)
_READINGS = ["学(xué)", "學(xué)", "會(huì)", "?cè)谛聲r(shí)", "?;顒?dòng)", "?,F(xiàn)", "?"]
_MARKUP = ["&nbsp;", "<br>", "</p>", "\r\n", "\u200b", "\ufeff"]
_FORMS = ["２０２４", "⼤", "樂", "裡面", "張　偉", "关 于 举 办", "•", "　", "ä¸\xadå›½çš„", "锟斤拷"]
_MISREAD = ["â€œ", "â€", "Â·", "Ã¤Â¸", "涓浗浜", "銆€", "1 2 年"]
_SIGNS = ["\\n", "&#22823", "ldquo;", "[b]", "**", "«", "''", '""']
_MARKS = ["校长,", "(", "）", ";", "!"]
_DAMAGED = st.sampled_from([*_READINGS, *_MARKUP, *_FORMS, *_MISREAD, *_SIGNS, *_MARKS])
MIXES = st.lists(_SOUND | _DAMAGED, max_size=30).map("".join)
