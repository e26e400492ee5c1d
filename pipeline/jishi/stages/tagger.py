"""The character tagger: a small convolutional network on ONNX Runtime that reads a text and labels its characters.

It knows nothing of spaCy pipelines: `encode` turns characters and words into the network's inputs, `Tagger` runs it,
`read_spans` turns tag probabilities into spans. The training recipe (models/ner) uses the same `encode`, so that the
network meets at run time what it met in training.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]

ENTITY_LABELS = ("PERSON", "ORG", "LOC", "TITLE")
ENTITY_TAGS = ("O", *(f"{position}-{label}" for label in ENTITY_LABELS for position in "BIES"))
FRAME_LABELS = ("EVENT", "PLACE", "TOPIC", "HONOUR")  # each has its own O B I E S: frames may overlap each other
FRAME_TAGS = "OBIES"
PERSON_ROLES = ("chair", "speaker", "address", "attendee", "visitor", "awardee", "other")
ORGANISATION_ROLES = ("host", "organiser", "co_organiser", "supporter")
DATE_ROLES = ("event_date",)
ROLES = (*PERSON_ROLES, *ORGANISATION_ROLES, *DATE_ROLES)

MODEL_FILE = "tagger.onnx"
CHARACTERS_FILE = "characters.txt"
PADDING, UNKNOWN_IDEOGRAPH, UNKNOWN_OTHER, MASK = range(4)  # the first ids of the vocabulary
FIRST_CHARACTER = 4
BIGRAM_BUCKETS = 1 << 16
WORD_BUCKETS = 1 << 15
ESCAPED = {"\\n": "\n", "\\s": " "}  # how newline and space stand in the vocabulary file
CHUNK = 4096  # characters the network reads at once
CONTEXT = 72  # characters read on each side of a chunk: no less than the network's receptive field


def fold_character(character: str) -> str:
    """Give the form under which a character is looked up: width and case folded, every digit a 0."""
    if character.isdigit():
        return "0"
    folded = unicodedata.normalize("NFKC", character).lower()
    return folded if len(folded) == 1 else character


class CharacterTable:
    """Ids of characters, by code point."""

    def __init__(self, characters: Sequence[str]) -> None:
        ids = {character: FIRST_CHARACTER + position for position, character in enumerate(characters)}
        table = np.full(0x10000, UNKNOWN_OTHER, dtype=np.int32)
        table[0x3400:0xA000] = UNKNOWN_IDEOGRAPH
        for code in (*range(0xD800), *range(0xE000, 0x10000)):  # not the surrogates
            known = ids.get(fold_character(chr(code)))
            if known is not None:
                table[code] = known
        self._table = table
        self.size = FIRST_CHARACTER + len(characters)

    def look_up(self, text: str) -> Integers:
        """Give the id of every code point of `text`; rare ideographs beyond the first plane are unknown ones."""
        return self.look_up_codes(read_codes(text))

    def look_up_codes(self, codes: npt.NDArray[np.uint32]) -> Integers:
        """Give the id of every code point."""
        beyond = codes > 0xFFFF
        if not beyond.any():
            return self._table[codes]
        return np.where(beyond, np.int32(UNKNOWN_IDEOGRAPH), self._table[np.minimum(codes, 0xFFFF)])


def read_codes(text: str) -> npt.NDArray[np.uint32]:
    """Give the code points of a text as an array."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


@dataclass(frozen=True, slots=True)
class Encoded:
    """The network's inputs for one text of n characters: arrays of length n (bigrams: n + 1)."""

    characters: Integers
    bigrams: Integers
    words: Integers
    shapes: Integers

    def cut(self, start: int, end: int) -> Encoded:
        """Give the inputs of the characters `start` to `end`."""
        return Encoded(
            self.characters[start:end], self.bigrams[start : end + 1], self.words[start:end], self.shapes[start:end]
        )


CAPITAL = 10
SHAPES = 11  # 0 for none; a word of one, two, three, more characters, by position; a capital letter


def encode_words(lengths: npt.NDArray[Any], hashes: npt.NDArray[Any]) -> tuple[Integers, Integers]:
    """Give for every character its word's bucket and its place in the word.

    lengths: characters of each word, in order, covering the text. hashes: spaCy's 64-bit hash of each word.
    """
    lengths = lengths.astype(np.int64)
    buckets = (hashes.astype(np.uint64) & np.uint64(WORD_BUCKETS - 1)).astype(np.int32)
    ends = np.cumsum(lengths)
    starts = ends - lengths
    size = np.minimum(lengths, 4)
    # one character: 1; two: 2 3; three: 4 5 6; more: 7 8 … 8 9
    shapes = np.repeat(_MIDDLE_SHAPE[size], lengths)
    shapes[starts] = _FIRST_SHAPE[size]
    shapes[(ends - 1)[size > 1]] = _LAST_SHAPE[size[size > 1]]
    return np.repeat(buckets, lengths), shapes


# by the length of the word, 4 for all longer ones
_FIRST_SHAPE = np.array([0, 1, 2, 4, 7], np.int32)
_MIDDLE_SHAPE = np.array([0, 0, 0, 5, 8], np.int32)
_LAST_SHAPE = np.array([0, 0, 3, 6, 9], np.int32)


def mark_capitals(text: str, shapes: Integers) -> Integers:
    """Give the shapes with those of capital letters replaced: characters are looked up in lower case."""
    return _mark_capitals(read_codes(text), shapes)


def _mark_capitals(codes: npt.NDArray[np.uint32], shapes: Integers) -> Integers:
    capital = ((codes >= 0x41) & (codes <= 0x5A)) | ((codes >= 0xFF21) & (codes <= 0xFF3A))
    return np.where(capital, np.int32(CAPITAL), shapes)


def encode_characters(ids: Integers) -> Integers:
    """Give the bucket of every pair of neighbours: one before the first character and one after the last included."""
    padded = np.full(len(ids) + 2, PADDING, np.uint32)
    padded[1:-1] = ids
    mixed = (padded[:-1] * np.uint32(8191) + padded[1:]) * np.uint32(2654435761)
    return (mixed >> np.uint32(16)).astype(np.int32)


@dataclass(frozen=True, slots=True)
class TagScores:
    """What the network says of n characters: log probabilities of tags, and probabilities of roles."""

    entities: Floats  # (n, tags)
    frames: Floats  # (n, frame labels, 5)
    roles: Floats  # (n, roles)


class TaggedSpan(NamedTuple):
    """A span the network found. `score`: the geometric mean of its characters' probabilities."""

    start: int
    end: int
    label: str
    score: float


class Tagger:
    """The network with its vocabulary, on one core."""

    def __init__(self, folder: Path) -> None:
        """Load the model of `folder`. Raises OSError if its files are not there."""
        import onnxruntime

        for name in (MODEL_FILE, CHARACTERS_FILE):
            if not (folder / name).is_file():
                raise FileNotFoundError(f"no tagger in {folder}: {name} is missing")
        self._folder = folder
        self.table = CharacterTable(read_characters(folder / CHARACTERS_FILE))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_mem_pattern = False  # every length would leave its pattern: texts seldom have the same
        self._session = onnxruntime.InferenceSession(
            str(folder / MODEL_FILE), options, providers=["CPUExecutionProvider"]
        )

    def __reduce__(self) -> tuple[type[Tagger], tuple[Path]]:
        """Be loaded anew where it is unpickled: in a process that is spawned."""
        return Tagger, (self._folder,)

    def encode(self, text: str, lengths: npt.NDArray[Any], hashes: npt.NDArray[Any]) -> Encoded:
        """Give the network's inputs for a text and its words (lengths in characters, spaCy's hashes)."""
        codes = read_codes(text)
        ids = self.table.look_up_codes(codes)
        words, shapes = encode_words(lengths, hashes)
        return Encoded(ids, encode_characters(ids), words, _mark_capitals(codes, shapes))

    def score(self, encoded: Encoded) -> TagScores:
        """Run the network over a whole text, in overlapping chunks if it is long."""
        n = len(encoded.characters)
        if n == 0:
            return TagScores(
                np.zeros((0, len(ENTITY_TAGS)), np.float32),
                np.zeros((0, len(FRAME_LABELS), len(FRAME_TAGS)), np.float32),
                np.zeros((0, len(ROLES)), np.float32),
            )
        parts = [self._score_chunk(encoded, start, min(start + CHUNK, n)) for start in range(0, n, CHUNK)]
        if len(parts) == 1:
            return parts[0]
        return TagScores(
            np.concatenate([part.entities for part in parts]),
            np.concatenate([part.frames for part in parts]),
            np.concatenate([part.roles for part in parts]),
        )

    def _score_chunk(self, encoded: Encoded, start: int, end: int) -> TagScores:
        first, last = max(0, start - CONTEXT), min(len(encoded.characters), end + CONTEXT)
        view = encoded.cut(first, last)
        entities, frames, roles = self._session.run(
            ("entities", "frames", "roles"),
            {
                "characters": view.characters[None],
                "bigrams": view.bigrams[None],
                "words": view.words[None],
                "shapes": view.shapes[None],
            },
        )
        own = slice(start - first, end - first)
        return TagScores(entities[0, own], frames[0, own], roles[0, own])


def read_characters(path: Path) -> list[str]:
    """Read a vocabulary, one character a line; newline and space are written as \\n and \\s."""
    return [ESCAPED.get(line, line) for line in path.read_text(encoding="utf-8").split("\n") if line]


# --- from probabilities to spans ----------------------------------------------------------------------------------


@functools.cache
def _transitions(size: int) -> tuple[npt.NDArray[np.bool_], list[bool], list[bool]]:
    """Give for `size` tags: (which may not follow which, at size × the one + the other; which may begin a text; which
    may end one)."""
    tags = np.arange(size)
    place = np.where(tags == 0, -1, (tags - 1) % 4)  # B 0, I 1, E 2, S 3
    label = np.where(tags == 0, -1, (tags - 1) // 4)
    opened = (place == 0) | (place == 1)
    continues = (place == 1) | (place == 2)
    same = label[:, None] == label[None, :]
    allowed = np.where(opened[:, None], continues[None, :] & same, ~continues[None, :])
    return ~allowed.ravel(), (~continues).tolist(), (~opened).tolist()


@functools.cache
def _compile_tags(size: int) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """Give for `size` tags, written as a byte each: (what finds a span, what matches a well-formed sequence)."""
    spans = []
    for begin in range(1, size, 4):
        b, i, e, s = (re.escape(bytes([tag])) for tag in range(begin, begin + 4))
        spans += [b + i + b"*" + e, s]
    span = b"|".join(spans)
    return re.compile(span), re.compile(rb"\x00*+(?:(?:" + span + rb")\x00*+)*+")


def choose_tags(scores: Floats, best: npt.NDArray[np.int64] | None = None) -> bytes:
    """Give the best sequence of tags that is well formed, a byte each, for log probabilities (n, tags).

    The best tag of each character is the answer wherever those are well formed together, which is nearly everywhere;
    only the stretches where they are not are searched (Viterbi under hard constraints). best: those tags, if known.
    """
    tags = scores.argmax(1) if best is None else best
    found = tags.astype(np.uint8).tobytes()
    _, well_formed = _compile_tags(scores.shape[1])
    return found if well_formed.fullmatch(found) else _mend_tags(scores, tags, bytearray(found))


def _mend_tags(scores: Floats, tags: npt.NDArray[np.int64], found: bytearray) -> bytes:
    """Search the stretches where the best tags are not well formed. found: the tags as bytes, to be changed."""
    n, size = scores.shape
    forbidden, begins, ends = _transitions(size)
    broken = np.flatnonzero(forbidden[tags[:-1] * size + tags[1:]])
    faults = [(i, i + 1) for i in broken.tolist()]
    if not begins[found[0]]:
        faults.insert(0, (0, 0))
    if not ends[found[-1]]:
        faults.append((n - 1, n - 1))
    best = bytes(found)
    done, searched = -1, 0
    for left, right in faults:
        if right <= done:
            continue
        start, end = best.rfind(0, 0, left) + 1, best.find(0, right + 1)  # from one character outside to the next
        start, end = max(0, start - 2), min(n, (n if end < 0 else end) + 2)
        while start > 0 and not ends[found[start - 1]]:
            start -= 1
        while end < n and not begins[found[end]]:
            end += 1
        searched += end - start
        if searched > 2 * n + 400:  # stretches that reach back again and again: all at once costs less
            return _search(scores)
        found[start:end] = _search(scores[start:end])
        done = end - 1
    return bytes(found)


def _search(scores: Floats) -> bytes:
    """Give the best well-formed sequence of tags (Viterbi). Of equals the one with the lower numbers is taken.

    A closed tag (O, E, S) is followed by O, B or S, whatever their labels; B and I by I or E of their own label. So all
    that counts of a character is the best closed tag, and of each label the better one of B and I.
    """
    begins = range(1, scores.shape[1], 4)  # the number of each label's B; its I, E and S follow
    labels = range(len(begins))
    base, opened = 0.0, [-math.inf] * len(begins)
    closed_tags: list[int] = []
    opened_tags: list[list[int]] = []
    for row in scores.tolist():
        best, closed = base + row[0], 0
        tags = []
        for label, b in zip(labels, begins, strict=True):
            before = opened[label]
            ended, single = before + row[b + 2], base + row[b + 3]
            if ended > best:
                best, closed = ended, b + 2
            if single > best:
                best, closed = single, b + 3
            begun, inside = base + row[b], before + row[b + 1]
            if begun >= inside:
                opened[label] = begun
                tags.append(b)
            else:
                opened[label] = inside
                tags.append(b + 1)
        base = best
        closed_tags.append(closed)
        opened_tags.append(tags)
    tag = closed_tags[-1]
    chosen = bytearray([tag])
    for closed, tags in zip(closed_tags[-2::-1], opened_tags[-2::-1], strict=True):
        place = (tag - 1) % 4 if tag else 0
        tag = tags[(tag - 1) // 4] if place in (1, 2) else closed
        chosen.append(tag)
    return bytes(chosen[::-1])


def read_spans(scores: Floats, labels: Sequence[str]) -> list[TaggedSpan]:
    """Give the spans of log probabilities (n, 1 + 4 × labels), in order."""
    return _read_spans(scores, choose_tags(scores), labels)


def read_frames(scores: Floats) -> list[TaggedSpan]:
    """Give the frames of log probabilities (n, labels, tags), those of one label together, in order."""
    found: list[TaggedSpan] = []
    for label, own, best in zip(FRAME_LABELS, scores.swapaxes(0, 1), scores.argmax(2).T, strict=True):
        found += _read_spans(own, choose_tags(own, best), (label,))
    return found


def _read_spans(scores: Floats, tags: bytes, labels: Sequence[str]) -> list[TaggedSpan]:
    if tags.count(0) == len(tags):
        return []
    span, _ = _compile_tags(scores.shape[1])
    bounds = [match.span() for match in span.finditer(tags)]
    chosen = np.zeros(len(tags) + 1)
    np.cumsum(scores[np.arange(len(tags)), np.frombuffer(tags, np.uint8)], dtype=np.float64, out=chosen[1:])
    starts, ends = np.array(bounds).T
    means = np.exp((chosen[ends] - chosen[starts]) / (ends - starts))
    return [
        TaggedSpan(start, end, labels[(tags[start] - 1) // 4], mean)
        for (start, end), mean in zip(bounds, means.tolist(), strict=True)
    ]


def locate_model(folder: str | Path | None = None) -> Path:
    """Give the folder of the tagger: `folder` if given, else the one shipped (in a wheel, or in the repository).

    Raises FileNotFoundError if there is none.
    """
    if folder is not None:
        return Path(folder)
    package = Path(__file__).resolve().parents[1]
    for candidate in (package / "models" / "ner", package.parents[1] / "models" / "ner"):
        if (candidate / MODEL_FILE).is_file():
            return candidate
    raise FileNotFoundError("jishi's tagger (models/ner) is not installed; train it with models/ner/train.py")
