"""How the text of a file is arranged: encoding, delimiter, quotes, the lines above the table, and its header.

The delimiter is the sign that cuts most lines into equally many cells, most of them typed: numbers, dates or nothing.
Lines above the table begin with a comment sign, or have another number of cells. The first line of the table is no
header where its cells are of the types of those below it.
"""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from npnet.data.columns import looks_like_data
from npnet.data.readers.data_file import UTF_16, DataFile

MOST_LINES = 10  # of a row with line ends in quotes
HEAD, LINES, END = 1 << 18, 200, 1 << 12  # bytes and lines that are looked at
DELIMITERS = (",", ";", "\t", "|")
TYPED_SHARE = 0.5  # of the cells of a file whose delimiter is a blank: numbers, dates or nothing, not words
COMMENTS = ("#", "%", "//", "--", "*")
SEPARATOR = re.compile(r'"?sep=([,;|\t])"?\s*$', re.IGNORECASE)
TYPED = re.compile(
    r"[^\w\s]{0,2}\s?[+\-\u2212(]{0,2}[^\w\s]?\d[\d.,'\u2019 \u00a0\u202f:/T+\-]*(\s?[^\d,;|\t]{1,4})?\)?|"
    r"na|n/a|#n/a|nan|null|none|[-?.]|true|false|yes|no|",
    re.IGNORECASE,
)
FOOTER = re.compile(
    r"((grand |sub)?total|sum|summe|gesamt|insgesamt|somme|average|avg|mean|mittelwert|durchschnitt|moyenne)\b\W*$|"
    r"\(\d+ (rows?|zeilen?)\)|(source|quelle|note|stand)s?:",
    re.IGNORECASE,
)
ENCODINGS = ("cp1252", "latin-1")


def sniff_layout(file: DataFile, given: Mapping[str, Any], names: Collection[str] = ()) -> dict[str, Any]:
    """Find the options of `Layout` by which a text file is read, without those that are given.

    `names` are columns that the table must have: where the first line holds one of them, it is the header.
    """
    found: dict[str, Any] = {}
    sniffed, end = _scan(file)
    encoding = given.get("encoding") or sniffed
    if encoding is not None and "encoding" not in given:
        found["encoding"] = encoding
    lines = _lines(file, encoding)
    top = 0
    if lines and (declared := SEPARATOR.match(lines[0])):
        found["delimiter"], top = declared[1], 1
    comment = given.get("comment") or _comment(lines[top:])
    commented = top
    while comment and commented < len(lines) and lines[commented].startswith(comment):
        commented += 1
    quote = given.get("quote") or _quote(lines[commented:])
    if quote != '"':
        found["quote"] = quote
    delimiter = given.get("delimiter") or found.get("delimiter") or _delimiter(lines[commented:], quote)
    if delimiter is not None and delimiter != ("\t" if file.suffix in (".tsv", ".tab") else ","):
        found["delimiter"] = delimiter
    found |= _header(lines, top, commented, comment, delimiter or ",", quote, names)
    if footer := _footer(end.decode(encoding or "utf-8", "ignore"), delimiter or ",", quote):
        found["footer"] = footer
    return {key: value for key, value in found.items() if given.get(key) is None}


def _footer(end: str, delimiter: str, quote: str) -> list[str]:
    """Return the starts of the last lines where they are no rows: sums, means, numbers of rows, sources."""
    found: list[str] = []
    for line in reversed(end.splitlines()):
        first = next((cell.strip() for row in cut([line], delimiter, quote) for cell in row if cell.strip()), "")
        if first and not FOOTER.match(first):
            break
        if first:
            found.insert(0, first.partition(" ")[0] if first.startswith("(") else first)
    return list(dict.fromkeys(found))


def _scan(file: DataFile) -> tuple[str | None, bytes]:
    """Return the encoding of a file, None for UTF-8, and its last bytes."""
    decoder, encoding, end = codecs.getincrementaldecoder("utf-8")(), None, b""
    with file.content() as content:
        data = content.read(HEAD)
        if data.startswith(UTF_16):
            encoding = "utf-16"
        while data:
            try:
                if encoding is None:
                    decoder.decode(data)
            except UnicodeDecodeError:
                encoding = ENCODINGS[0] if _decodes(data, ENCODINGS[0]) else ENCODINGS[1]
            end = (end + data)[-END:]
            data = content.read(HEAD)
    return encoding, end


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _lines(file: DataFile, encoding: str | None) -> list[str]:
    """Return the first lines of a text, blank ones included."""
    with file.utf8(encoding) as stream:
        data = b""
        while len(data) < HEAD and (more := stream.read(HEAD)):
            data += more
    lines = data.decode("utf-8", "replace").removeprefix("\ufeff").splitlines()
    return lines[: LINES if len(data) < HEAD else min(LINES, len(lines) - 1)]


def _comment(lines: Sequence[str]) -> str | None:
    """Return the sign with which the first line begins as a comment."""
    return next((sign for sign in COMMENTS if lines and lines[0].startswith(sign)), None)


def _quote(lines: Sequence[str]) -> str:
    single = sum(bool(re.search(r"(^|[,;|\t])'[^']*'($|[,;|\t])", line)) for line in lines)
    double = sum('"' in line for line in lines)
    return "'" if single > len(lines) / 2 and not double else '"'


def _delimiter(lines: Sequence[str], quote: str) -> str | None:
    """Return the sign that fits best; None where the lines have one cell each."""
    scores = {sign: _score(cut(lines, sign, quote)) for sign in DELIMITERS}
    best = max(scores, key=lambda sign: scores[sign])
    if scores[best] > 0:
        return best
    by_blanks = cut(lines, " ", quote)
    return " " if len(set(map(len, by_blanks))) == 1 and _score(by_blanks) > TYPED_SHARE + 0.5 else None


def _score(rows: list[list[str]]) -> float:
    """Return how well cut lines are a table: the share of rows of the usual width, times that of typed cells."""
    widths = Counter(map(len, rows))
    if not rows:
        return 0.0
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    if width < 2:
        return 0.0
    cells = [cell for row in rows[1:] if len(row) == width for cell in row]
    typed = sum(bool(TYPED.fullmatch(cell.strip())) for cell in cells) / max(len(cells), 1)
    return count / len(rows) * (0.5 + typed)


def cut(lines: Sequence[str], delimiter: str, quote: str = '"') -> list[list[str]]:
    """Return the cells of lines; blank lines are left out."""
    try:
        return [row for row in csv.reader(lines, delimiter=delimiter, quotechar=quote, skipinitialspace=True) if row]
    except csv.Error:
        return []


def _header(
    lines: Sequence[str],
    top: int,
    commented: int,
    comment: str | None,
    delimiter: str,
    quote: str,
    names: Collection[str],
) -> dict[str, Any]:
    """Return the options `comment` and `header`: what stands above the table, and whether it has names."""
    cells = _rows_of_lines(lines[commented:], delimiter, quote)
    widths = [len(row) if sum(map(bool, map(str.strip, row))) > (len(row) > 2) else 0 for row in cells]
    if not widths:
        return {}
    usual = Counter(width for width in widths if width).most_common(1)[0][0] if any(widths) else 1
    fitting = [place for place, width in enumerate(widths) if width in (usual, usual - 1) and width]
    named = [place for place in fitting if any(cell.strip() in names for cell in cells[place])]
    skipped = next(iter(named or fitting), 0)
    first = commented + skipped
    rows = cut(lines[first:], delimiter, quote)
    if commented > top and _is_header_in_comment(lines[commented - 1], rows, delimiter, quote, usual):
        return {"header": commented} if commented > 1 else {}
    found: dict[str, Any] = {"comment": comment} if commented > top and comment else {}
    if not named and looks_like_data(rows):
        return {**found, "header": False}
    if skipped and any(lines[commented : commented + skipped]):
        return {"header": first + 1}
    return found


def _rows_of_lines(lines: Sequence[str], delimiter: str, quote: str) -> list[list[str]]:
    """Return the cells of the row that begins in each line; none where a line goes on in quotes that are open."""
    rows: list[list[str]] = []
    place = 0
    while place < len(lines):
        taken = range(1, min(MOST_LINES, len(lines) - place) + 1)
        whole = (count for count in taken if sum(line.count(quote) for line in lines[place : place + count]) % 2 == 0)
        count = next(whole, 1)
        row = cut(["\n".join(lines[place : place + count])], delimiter, quote)
        rows += [row[0] if row else [], *([] for _ in range(count - 1))]
        place += count
    return rows


def _is_header_in_comment(line: str, rows: list[list[str]], delimiter: str, quote: str, usual: int) -> bool:
    """Return whether the last comment holds the names of a table without a header."""
    cells = cut([line], delimiter, quote)
    return usual > 1 and bool(cells) and len(cells[0]) == usual and looks_like_data(rows)
