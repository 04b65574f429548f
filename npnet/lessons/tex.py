"""Text and formulas as LaTeX that needs no package beyond amsmath: letters that it lacks are spelt out."""

import re
import unicodedata

SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": "$<$", ">": "$>$"}
SPECIAL |= {letter: f"\\{letter}" for letter in "#$%&_{}"} | {"|": "$|$", '"': "''", "[": "{[}", "]": "{]}"}
ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0308": '"',
    "\u030a": "r",
    "\u030c": "v",
    "\u0327": "c",
}
LETTERS = {"ß": r"\ss{}", "æ": r"\ae{}", "Æ": r"\AE{}", "ø": r"\o{}", "Ø": r"\O{}", "ł": r"\l{}", "–": "--", "—": "---"}
MATH = {
    "·": r"{\cdot}",
    "²": "^2",
    "³": "^3",
    "Σ": r"\textstyle\sum ",
    "σ": r"\sigma ",
    "π": r"\pi ",
    "±": r"\pm ",
    "←": r"\leftarrow ",
    "ᵀ": r"^{\mathsf{T}}",
    "ᵗ": "^{t}",
    "₁": "_1",
    "₂": "_2",
    "θ": r"\theta ",
    "η": r"\eta ",
    "μ": r"\mu ",
    "ρ": r"\rho ",
    "β": r"\beta ",
    "ε": r"\varepsilon ",
    "λ": r"\lambda ",
    "⌊": r"\lfloor ",
    "⌋": r"\rfloor ",
    "ŝ": r"\hat{s}",
    "~": r"\sim ",
    "<": "<",
    ">": ">",
    "|": "|",
    "'": "'",
}
FUNCTIONS = frozenset(("max", "min", "exp", "tanh", "ln", "cosh"))
SHORT_WORDS = frozenset(("if", "or", "of", "at", "by"))
TOKEN = re.compile(r"<=|>=|ᵗ⁺¹|[A-Za-z]̂|[A-Za-z]+(?:_[A-Za-z]{2,})*|\d+(?:\.\d+)?(?:e-?\d+)?|\s+|.", re.DOTALL)
WHOLE = {"<=": r"\le ", ">=": r"\ge ", "ᵗ⁺¹": "^{t+1}"}
OPERATORS = frozenset("+-=←·<>,;/|~(:") | {"<=", ">="}


def tex_text(text: str) -> str:
    r"""Return a text as LaTeX; letters that it does not have become their code.

    >>> print(tex_text("50 % of é, θ and 日"))
    50 \% of \'{e}, $\theta $ and {[}U+65E5{]}
    """
    return "".join(map(_letter, unicodedata.normalize("NFC", text)))


def tex_math(formula: str) -> str:
    r"""Return a formula of a docstring as LaTeX, without the dollars.

    >>> print(tex_math("dx = dy (1 - y²)"))
    dx = dy\,(1 - y^2)
    >>> print(tex_math("θ ← θ - η g / (√s + ε)"))
    \theta  \leftarrow  \theta  - \eta \,g / (\sqrt{s} + \varepsilon )
    """
    formula = re.sub(r"√\(([^()]*)\)", lambda found: rf"√{{{found[1]}}}", formula)
    tokens = TOKEN.findall(formula)
    found = []
    for at, token in enumerate(tokens):
        before, after = tokens[at - 1] if at else "", tokens[at + 1] if at + 1 < len(tokens) else ""
        found.append(_math_token(token, before, after))
    return re.sub(r"\\surd ?(\\hat\{\w\}|\w)", r"\\sqrt{\1}", "".join(found)).replace("\\surd {", "\\sqrt{")


def tex_number(text: str) -> str:
    """Return a number as LaTeX.

    >>> tex_number("-1.5e-5"), tex_number("0.25")
    ('-1.5{\\\\cdot}10^{-5}', '0.25')
    """
    mantissa, e, exponent = text.partition("e")
    return rf"{mantissa}{{\cdot}}10^{{{exponent}}}" if e and exponent else text


def _math_token(token: str, before: str, after: str) -> str:
    if token.isspace():
        return _space(before, after)
    if token in WHOLE:
        return WHOLE[token]
    if len(token) == 2 and token[1] == "\u0302":
        return rf"\hat{{{token[0]}}}"
    if token[0].isdecimal():
        return tex_number(token)
    if token.isascii() and token[0].isalpha():
        return _word(token, after)
    if token == "√":
        return r"\surd "
    return MATH.get(token, token) if token.isascii() or token in MATH else _letter(token)


def _word(word: str, after: str) -> str:
    if word in FUNCTIONS:
        return rf"\{word} "
    if not _is_word(word):
        return word
    if after in ("(", "'"):
        return rf"\operatorname{{{tex_text(word)}}}"
    return rf"\mbox{{{tex_text(word)}}}"


def _space(before: str, after: str) -> str:
    if _is_word(before) or _is_word(after):
        return r"\ "
    ends = before in OPERATORS or after in OPERATORS - {"(", "|"} or not before or not after
    return " " if ends else r"\,"


def _is_word(token: str) -> bool:
    known = token in FUNCTIONS or not token.isascii() or not token[:1].isalpha()
    return not known and (len(token) > 2 or token in SHORT_WORDS)


def _letter(letter: str) -> str:
    if letter in SPECIAL:
        return SPECIAL[letter]
    if letter.isascii():
        return letter if letter.isprintable() else _code(letter)
    if letter in LETTERS:
        return LETTERS[letter]
    if letter in MATH:
        return f"${MATH[letter]}$"
    parts = unicodedata.normalize("NFD", letter)
    if len(parts) == 2 and parts[1] in ACCENTS and parts[0].isascii() and parts[0].isalpha():
        return f"\\{ACCENTS[parts[1]]}{{{parts[0]}}}"
    return _code(letter)


def _code(letter: str) -> str:
    """Return the code of a letter, in brackets that no command takes for its own."""
    return f"{{[}}U+{ord(letter):04X}{{]}}"
