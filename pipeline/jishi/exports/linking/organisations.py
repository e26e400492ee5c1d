"""Which organisation a mention means: every mention gets a key, and equal keys are one organisation.

A name is *absolute* if it says which body it is (潍坊市总工会, 外交部) and *relative* if that depends on where it
stands (市总工会, 文学院). Absolute names are their own key once short forms, old names and spellings are resolved;
relative ones need the parent, the city or the university that the article names, and stay alone where it names none or
several.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jishi.exports.linking.user_files import GazetteerEntry
from jishi.exports.rows import make_key
from jishi.lexicons import read_lines
from jishi.records import Organisation, Record
from jishi.stages.departments import is_department

# 市总工会, 省教育厅, 校团委: the first character points at a place or body named elsewhere; not so in 校园, 市场.
_POINTING = re.compile(r"(?:本|我|该|全)?([省市县区州盟旗镇乡校院系厂])(?=..)(?![园友长庆企场民士块域级统列县市际])")
# 临江市总工会, 云溪省教育厅: names that begin with a place of their own.
_PLACED = re.compile(r"(?:.{2,3}(?:省|自治区))?(.{2,4}?[省市县区州盟旗镇乡])(?=..)")
# 文学院, 人事处: what departments end in.
# 中央政治局, 联合国教科文组织: there is one only.
_SINGULAR = re.compile(r"(?:中共|中央|中国|中华|全国|国家|国务院|联合国|世界|最高人民)(?=..)|联合国$|中共中央$")
_UNIVERSITY = re.compile(r"\D.+(?:大学|学院|学校|中学|党校)")
_MARKS = re.compile(r"[\s“”\"'‘’《》〈〉「」『』·•・]")
# 更名为: what stands between the old name and the new one.
_RENAMED = re.compile(
    r"[”」]?(?:于.{0,12})?(?:正式|现|已|已经|今|後|后|又|再)?(?:更名|改名|改称|改稱|升格|更名升格|升格更名|改建|改制)(?:为|為|成)[“「]?"
)
# 前身为, 原名: what stands between the new name and the old one; in 甲（原乙） a bracket closes after it.
_FORMERLY = re.compile(
    r"[”」]?(?:[（(](?:原|前身为|前身為|原名|前称)|[，,]?(?:的)?(?:前身|原名)(?:是|为|為|叫)?)[“「]?"
)


@dataclass(frozen=True)
class Resolution:
    """The key of a mention, the full name it stands for, and why."""

    key: str
    name: str
    evidence: str


@dataclass(frozen=True)
class _Mention:
    id: str
    organisation: Organisation
    record: Record
    parent: Organisation | None


@functools.cache
def _territories() -> frozenset[str]:
    return frozenset(read_lines("territories.txt"))


@functools.cache
def _longest_territory() -> int:
    return max(map(len, _territories()))


@functools.cache
def _national_bodies() -> frozenset[str]:
    return frozenset(read_lines("national_bodies.txt"))


@functools.cache
def _short_countries() -> dict[str, str]:
    return dict(line.split() for line in read_lines("short_countries.txt"))


@functools.cache
def _generic_words() -> frozenset[str]:
    return frozenset(read_lines("generic_organisations.txt"))


def clean_name(name: str) -> str:
    """A name without spaces, quotation marks and differences of width: what spellings are compared by."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", name)) or name


def find_territory(name: str) -> str | None:
    """The country, province or city that a name begins with, if any: 潍坊市总工会 -> 潍坊市."""
    for length in range(min(_longest_territory(), len(name) - 1), 1, -1):
        if name[:length] in _territories():
            return name[:length]
    return None


class OrganisationResolver:
    """Resolves the mentions of an archive. Names are learned from all records before any mention is resolved.

    home: the organisation whose archive it is: what 文学院 and 我校 belong to where an article names no other.
    texts: source texts by article id, in which renamings are looked for.
    """

    def __init__(
        self,
        records: Iterable[Record],
        *,
        home: str | None = None,
        gazetteer: Iterable[GazetteerEntry] = (),
        texts: Mapping[str, str] | None = None,
        known_names: Iterable[str] = (),
    ) -> None:
        self._home = clean_name(home) if home else None
        self._mentions: list[_Mention] = []
        self._names: Counter[str] = Counter()
        self._aliases: dict[str, Counter[str]] = defaultdict(Counter)
        self._gazetteer: dict[str, set[str]] = defaultdict(set)
        self.renamed: dict[str, tuple[str, str]] = {}
        for entry in gazetteer:
            if entry.kind == "organisation":
                for alias in entry.aliases:
                    self._gazetteer[clean_name(alias)].add(clean_name(entry.name))
        for record in records:
            organisations = {organisation.id: organisation for organisation in record.organisations}
            for organisation in record.organisations:
                self._names[clean_name(organisation.name)] += 1
                for alias in organisation.aliases:
                    self._aliases[clean_name(alias)][clean_name(organisation.name)] += 1
                parent = organisations.get(organisation.parent or "")
                self._mentions.append(
                    _Mention(make_key(record.article.id, organisation.id), organisation, record, parent)
                )
            text = texts.get(record.article.id) if texts else None
            if text is not None and len(text) == record.article.characters:  # else the spans would point anywhere
                self._find_renamings(record, text)
        self._names.update(known_names)
        self._relative = self._find_relative_names()

    def _find_renamings(self, record: Record, text: str) -> None:
        spans = sorted(
            (*span, organisation.name) for organisation in record.organisations for span in organisation.spans
        )
        for (_, end, first), (start, stop, second) in itertools.pairwise(spans):
            between = text[end:start]
            if first == second or len(between) > 24:
                continue
            if _RENAMED.fullmatch(between):
                old, new = clean_name(first), clean_name(second)
            elif _FORMERLY.fullmatch(between) and (
                "(" not in between.replace("（", "(") or text[stop : stop + 1] in "）)”"
            ):
                old, new = clean_name(second), clean_name(first)
            else:
                continue
            if old != new and new not in self.renamed:
                self.renamed[old] = (new, record.article.id)

    def _find_relative_names(self) -> set[str]:
        """Names that two or more longer names end in: 文学院 in 青禾大学文学院 and 南屏大学文学院."""
        owners: Counter[str] = Counter()
        for name in self._names:
            for start in range(1, len(name) - 1):
                rest = name[start:]
                if rest in self._names and start >= 2:
                    owners[rest] += 1
        return {name for name, count in owners.items() if count >= 2}

    def is_relative(self, name: str) -> bool:
        """Whether a name leaves open whose body it is."""
        if name in _national_bodies() or find_territory(name) or _SINGULAR.match(name):
            return False
        if _POINTING.match(name):
            return True
        if _PLACED.match(name):
            return False
        return name in self._relative or is_department(name)

    def resolve_all(self) -> dict[str, Resolution]:
        """The resolution of every mention, by organisation_id."""
        return {mention.id: self._resolve(mention) for mention in self._mentions}

    def _resolve(self, mention: _Mention) -> Resolution:
        name = clean_name(mention.organisation.name)
        if not self.is_relative(name):
            return self._resolve_absolute(name, mention.record)
        found = self._resolve_relative(name, mention)
        if found:
            return found
        return Resolution(f"mention:{mention.id}", name, f"{name} does not tell whose it is, nor does the article")

    def _resolve_absolute(self, name: str, record: Record | None) -> Resolution:
        evidence = [f"named {name}"]
        full, why = self._expand(name, record)
        if why:
            evidence.append(why)
        seen = {full}
        while full in self.renamed and self.renamed[full][0] not in seen:
            full, article = self.renamed[full]
            seen.add(full)
            evidence.append(f"renamed {full}, as {article} says")
        if full in _national_bodies() and record is not None and record.article.script == "traditional":
            return Resolution(f"name:{full}@traditional", full, f"{evidence[0]} in an article in traditional script")
        if full == name and len(self._aliases.get(name, ())) > 1 and record is not None:
            evidence.append("also a short form of several organisations")
        return Resolution(f"name:{full}", full, "; ".join(evidence))

    def _expand(self, name: str, record: Record | None) -> tuple[str, str]:
        """The full form of a short or differently spelt name, with the reason, or the name itself."""
        if name.startswith("中共") and len(name) > 4 and name[2:] in self._names:
            return self._expand(name[2:], record)[0], f"{name} without 中共"
        owner, why = self._find_owner(name, record)
        if owner:
            return owner, why
        territory = find_territory(name)
        if territory and not territory.endswith(("省", "市")):
            for unit in ("省", "市"):
                spelt = territory + unit + name[len(territory) :]
                if territory + unit in _territories() and spelt in self._names:
                    return spelt, f"{territory} for {territory}{unit}"
        for length in range(len(name) - 2, 1, -1):
            owner, why = self._find_owner(name[:length], record)
            # 北大荒集团 is not 北京大学荒集团: what follows must be a department, or known of the owner.
            rest = name[length:]
            fits = owner and (owner + rest in self._names or is_department(rest))
            if owner and fits and not name.startswith(owner):
                return owner + name[length:], f"{name[:length]} stands for {owner}"
        return name, ""

    def _find_owner(self, short: str, record: Record | None) -> tuple[str | None, str]:
        """The organisation that a short form stands for, if there is one only."""
        known = self._gazetteer.get(short, set())
        if len(known) == 1:
            return next(iter(known)), f"{short} in the gazetteer"
        owners = {
            owner
            for owner in self._aliases.get(short, ())
            if _is_abbreviation(short, owner) and not self.is_relative(owner)
        }
        if not owners or self.is_relative(short) or short in _national_bodies() or short in _territories():
            return None, ""
        if record is not None and len(owners) > 1:
            here = {clean_name(organisation.name) for organisation in record.organisations}
            owners &= here
        # A name that mostly stands alone is a name of its own, not a short form.
        owner = next(iter(owners), None)
        if len(owners) == 1 and owner and self._names[short] <= 3 * self._names[owner]:
            return owner, f"{short} is used for {owner}"
        return None, ""

    def _resolve_relative(self, name: str, mention: _Mention) -> Resolution | None:
        record = mention.record
        if mention.parent is not None:
            parent = clean_name(mention.parent.name)
            if not self.is_relative(parent):
                whole = self._resolve_absolute(parent, record)
                return self._join(whole, name, f"{name} is a department of {parent}, as the article says")
        pointing = _POINTING.match(name)
        unit = pointing[1] if pointing else None
        others = {
            clean_name(organisation.name): self._resolve_absolute(clean_name(organisation.name), record)
            for organisation in record.organisations
            if organisation is not mention.organisation and not self.is_relative(clean_name(organisation.name))
        }
        if unit in ("省", "市", "县", "区", "州"):
            return self._resolve_by_place(name[pointing.end(1) :] if pointing else name, unit, record, others)
        rest = name[pointing.end(1) :] if pointing else name
        known = {other.name: other for other in others.values() if other.name + rest in self._names}
        if len(known) == 1:
            return self._join(next(iter(known.values())), rest, f"{name}: the article names {next(iter(known))}")
        roots = {_find_root(other.name, self._names) for other in others.values()}
        roots = {root for root in roots if _UNIVERSITY.fullmatch(root) and not self.is_relative(root)}
        if not known and len(roots) == 1 and (rest.endswith(("学院", "系", "院", "所", "中心")) or unit == "校"):
            root = next(iter(roots))
            whole = self._resolve_absolute(root, record)
            return self._join(whole, rest, f"{name}: {root} is the only university that the article names")
        if self._home and not others:
            return self._join(self._resolve_absolute(self._home, None), rest, f"{name}: the archive is {self._home}'s")
        return None

    def _resolve_by_place(
        self, rest: str, unit: str, record: Record, others: Mapping[str, Resolution]
    ) -> Resolution | None:
        """市总工会 by the one city that the article names."""
        words = [*others, *(event.place or "" for event in record.events)]
        words += [
            clean_name(position.organisation_text or "") for person in record.people for position in person.positions
        ]
        places = {found[1] for word in words if (found := _PLACED.match(word + "某某")) and found[1].endswith(unit)}
        for word in (clean_name(record.article.title or ""), *words):
            for start in range(len(word)):
                territory = find_territory(word[start:] + "某")
                if territory and territory.endswith(unit):
                    places.add(territory)
        places = {place for place in places if not _POINTING.match(place + "某某")}
        if len(places) != 1:
            return None
        place = next(iter(places))
        full, _ = self._expand(place + rest, record)
        return Resolution(f"name:{full}", full, f"{unit}{rest}: {place} is the only such place that the article names")

    def _join(self, whole: Resolution, part: str, evidence: str) -> Resolution:
        # 实验中心办公室 of 新闻学院实验中心 is 新闻学院实验中心办公室.
        overlap = next((n for n in range(min(len(part), len(whole.name)), 1, -1) if whole.name.endswith(part[:n])), 0)
        part = part[overlap:]
        key = whole.key if not part else f"{whole.key}{part}"
        return Resolution(key, whole.name + part, evidence)

    def resolve_text(self, text: str | None, record: Record) -> str | None:
        """The full name of an organisation written before a title, None for 我校 and the like without a home."""
        if not text:
            return None
        name = clean_name(text)
        if name in _generic_words():
            return self._home
        if name in _short_countries():
            return _short_countries()[name]
        if self.is_relative(name):
            return None
        return self._resolve_absolute(name, record).name


def _find_root(name: str, names: Mapping[str, int]) -> str:
    """The shortest university that a name begins with: 青禾大学 for 青禾大学文学院."""
    for length in range(4, len(name)):
        if name[:length] in names and _UNIVERSITY.fullmatch(name[:length]):
            return name[:length]
    return name


def _is_abbreviation(short: str, full: str) -> bool:
    """Whether all characters of the one stand in the other in this order: 人大 for 中国人民大学."""
    following = iter(full)
    return len(short) < len(full) and all(character in following for character in short)
