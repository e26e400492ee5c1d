// What the closed lists of the record are called on the page, in both languages.
const LABELS = {
  conference: "会议 conference", forum: "论坛 forum", lecture: "讲座 lecture", training: "培训 training",
  ceremony: "仪式 ceremony", signing: "签约 signing", award: "表彰 award", competition: "比赛 competition",
  exhibition: "展览 exhibition", visit: "调研走访 visit", performance: "演出 performance", launch: "启动发布 launch",
  recruitment: "招聘 recruitment", volunteering: "志愿公益 volunteering", other: "其他 other",
  host: "主办 host", organiser: "承办 organiser", co_organiser: "协办 co-organiser", supporter: "支持 supporter",
  chair: "主持 chair", speaker: "主讲发言 speaker", address: "致辞讲话 address", attendee: "出席 attendee",
  awardee: "获奖 awardee", visitor: "来访 visitor",
  report: "报告 report", speech: "演讲 speech", discussion: "讨论 discussion", lesson: "授课 lesson",
  exact: "整 exact", over: "多于 over", under: "少于 under", about: "约 about",
  author: "作者 author", photographer: "摄影 photographer", reviewer: "审核 reviewer", editor: "编辑 editor", source: "来源 source",
  person: "人物 person", organisation: "机构 organisation", date: "日期 date", position: "职务 position", talk: "议题 talk",
  event: "事件 event", credit: "署名 credit",
  day: "日 day", week: "周 week", month: "月 month", quarter: "季度 quarter", half_year: "半年 half-year", season: "季 season",
  year: "年 year", decade: "年代 decade", range: "时段 range", century: "世纪 century",
  simplified: "简体 simplified", traditional: "繁体 traditional", mixed: "繁简混用 mixed",
};
const label = (key) => LABELS[key] || key;

const element = (tag, properties = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") made.className = value;
    else if (name.startsWith("aria-") || name === "role" || name === "tabindex") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
};
const $ = (id) => document.getElementById(id);
