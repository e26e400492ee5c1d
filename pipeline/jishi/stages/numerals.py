"""Reading numbers written in Chinese or Arabic digits: 28, 二十八, 廿八, 二〇二四, 两千零四."""

from __future__ import annotations

_DIGITS = {
    **{character: value for value, character in enumerate("零一二三四五六七八九")},
    "〇": 0, "○": 0, "O": 0, "o": 0, "两": 2, "俩": 2, "仨": 3, "元": 1, "正": 1, "首": 1, "初": 0, "兩": 2,
    **{str(value): value for value in range(10)},
}  # fmt: skip
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10000, "萬": 10000}
_TENS = {"廿": 20, "卄": 20, "卅": 30}


def read_number(text: str) -> int | None:
    """Give the value of a whole number in Arabic digits, Chinese digits by place (二〇二四) or with units (二十八).

    None if `text` is not such a number.
    """
    if text.isascii() and text.isdigit():
        return int(text)
    if not text:
        return None
    if all(character in _DIGITS for character in text):
        value = 0
        for character in text:
            value = value * 10 + _DIGITS[character]
        return value
    total = section = 0
    digit: int | None = None
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character] if digit is None or digit == 0 else digit * 10 + _DIGITS[character]
        elif character in _TENS:
            section += _TENS[character]
        elif character in _UNITS:
            unit = _UNITS[character]
            amount = 1 if digit is None or (digit == 0 and unit == 10) else digit
            if unit == 10000:
                total, section = (total + section + (0 if digit is None else digit)) * unit, 0
            else:
                section += amount * unit
            digit = None
        else:
            return None
    return total + section + (digit or 0)
