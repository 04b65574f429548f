"""Scripts in fewer bytes are the same scripts."""

from pathlib import Path

import pytest

from npnet.report.squeeze import squeezed_script

STATIC = Path(__file__).parents[2] / "npnet" / "report" / "static"
SCRIPTS = sorted(STATIC.rglob("*.js"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.relative_to(STATIC).as_posix())
def test_squeezing_a_script_twice_changes_nothing(script: Path) -> None:
    once = squeezed_script(script.read_text("utf-8"))
    assert squeezed_script(once) == once
    assert len(once) < 0.9 * script.stat().st_size


@pytest.mark.parametrize(
    ("code", "squeezed"),
    [
        ("a + +b - -c", "a + +b - -c"),
        ("return\n  x", "return\nx"),
        ("f()\n[1]", "f()\n[1]"),
        ("const r = /[/'] \\/ {2}/g, s = 'a  // b';", "const r=/[/'] \\/ {2}/g,s='a  // b';"),
        ("x = a / b; // c / d", "x=a / b;"),
        ("`a  ${ {b: `c  ${d}`} . b }  e` + f", "`a  ${{b:`c  ${d}`}. b}  e` + f"),
        ("if (a) /* b */ c();\n\n  d();", "if(a)c();d();"),
        ('"use strict";\n/* x */\n() => { y; }', '"use strict";()=>{y;}'),
    ],
)
def test_texts_patterns_and_signs_keep_their_blanks(code: str, squeezed: str) -> None:
    assert squeezed_script(code) == squeezed
