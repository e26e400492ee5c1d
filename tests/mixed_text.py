"""Texts mixed from fragments of what archives hold, for properties that hold for any text."""

from __future__ import annotations

from hypothesis import strategies as st

from jishi.records import Article

PHRASES = (
    "青禾市图书馆", "云汀大学", "党委副书记、校长林听雨", "周一鸣教授", "王小川", "主持会议", "出席并致辞",
    "举办“书香青禾”读书会", "作了题为", "《从一条河说起》", "的报告", "9月2日", "2024年9月2日至4日", "昨天下午3点",
    "民国113年", "二〇二四年", "300余人参加", "在一号报告厅举行", "围绕城市更新", "就人才培养", "展开讨论",
    "第三届青禾论坛", "由云汀大学主办", "（记者 李牧）", "来源：青禾日报", "以及", "、", "，", "。", "：", "\n",
    "林聽雨教授", "圖書館舉辦講座", "臺北", "Anna Schmidt", "A·史密斯", "教授", "院长", "先生", "等人", "“", "”",
    "《", "》", "（", "）",
)  # fmt: skip
DAMAGE = (
    "\u200b", "\ufeff", "\x00", "\x1b[0m", "\x85", "\u2028", "\r\n", "\r", "\t", "　", "\xa0", "&nbsp;",
    "&lt;b&gt;", "<br>", "<p", "锟斤拷", "ï¼Œ", "å¤§å¦", "\ufffd", "\ud800", "\udc80", "２０２４", "Ⅳ", "①", "⽂",
    "豈", "\U00020000", "😀", "\u0301", "e\u0301", "青 禾 市", "???", "……", "--", "0", "99999999999", "13月40日",
    "25:99", "１２：３０", "-", ".", "%", "_", "·", "•",
)  # fmt: skip

fragments = st.one_of(st.sampled_from(PHRASES), st.sampled_from(PHRASES), st.sampled_from(DAMAGE), st.text(max_size=3))
texts = st.lists(fragments, max_size=60).map("".join)
articles = st.builds(
    Article,
    text=texts,
    title=st.none() | st.lists(fragments, max_size=8).map("".join),
    published=st.none() | st.dates().map(lambda day: day.isoformat()),
)
