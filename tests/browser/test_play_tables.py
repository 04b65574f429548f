"""Tables and configs in the playground: read and prepared as npnet does, and trained by the config that it shows."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from npnet.report.network_data import network_data
from npnet.rundir.restore import reopen
from tests.browser.pages import opened, until
from tests.browser.playground import CHANGE, CSV, INPUTS, READY, config, drop, run_of
from tests.cli.conftest import call

pytestmark = pytest.mark.long


def test_a_dropped_table_is_prepared_as_npnet_prepares_it(page: Any, tmp_path: Path) -> None:
    (tmp_path / "Daten 1.csv").write_text(CSV, "utf-8")
    drop(page, "Daten 1.csv", CSV.encode())
    assert page.is_hidden(".error")
    page.evaluate(CHANGE, {"test": 0})
    page.get_by_role("checkbox", name="codes").uncheck()
    page.get_by_role("button", name="Train").click()
    until(page, "npnetPlay.session.epochs > 3")
    page.get_by_role("button", name="Pause").click()
    text = config(page)
    assert 'path: "Daten 1.csv"' in text or "path: Daten 1.csv" in text
    run = run_of(tmp_path, text)
    expected = network_data(run, reopen(run))
    found = page.evaluate(INPUTS)
    assert [one["name"] for one in found] == [one["name"] for one in expected["inputs"]]
    for mine, theirs in zip(found, expected["inputs"], strict=True):
        assert mine["block"] == theirs["block"]
        if mine["block"] == "numbers":
            assert [mine["center"], mine["scale"]] == pytest.approx([theirs["center"], theirs["scale"]])
    assert page.evaluate("npnetPlay.session.data.classes") == expected["classes"] == ["ja", "nein; nie"]
    order = np.argsort(page.evaluate("[...npnetPlay.session.data.rows.train.row.data]"))
    rows = np.array(page.evaluate("[...npnetPlay.session.data.rows.train.inputs.data]")).reshape(150, -1)[order]
    part = reopen(run).data.parts["train"]
    np.testing.assert_allclose(rows, part.X[np.argsort(part.rows)], atol=1e-6)


TABLES = {
    "no_header.csv": "1,2.5,a\n2,1,b\n3,1.5,a\n4,3.5,b\n5,0,a\n6,1,b\n",
    "tabs.tsv": "a\tb\n1\t2.5\n2\t3\n3\t2\n4\t0.5\n5\t1\n",
    "marks.csv": "x,y\n1,2.5\nNA,3.25\n3,1\n4,2\n5,7.5\n6,2\n7,1\n8,9.5\n9,2\n10,1\n11,NA\n",
    "unnamed.csv": ",x,y\n0,1,a\n1,2,b\n2,3,a\n3,4,b\n4,5,a\n",
    "quotes.csv": 'x,"a ""b"", c",y\n1,"1,5",p\n2,"2,5\n",q\n3,"3,5",p\n4,"2,5",q\n5,"1,5",p\n',
    "thousands.csv": 'x;y\n"1.234,5";3\n"2.345,5";4\n"1.234,0";5\n"12.345,0";3,5\n"1.034,5";2\n',
    "dates.csv": "day,x,y\n" + "".join(f"2024-{1 + k // 6:02}-{k:02},{k % 5},{k % 2}\n" for k in range(1, 29)),
    "german.csv": "tag;zeit;y\n"
    + "".join(f"{k}.0{1 + k % 7}.2024;2024-05-{k:02}T{k % 24:02}:30+02:00;{k % 2}\n" for k in range(13, 29)),
    "money.csv": "price;share;blank;y\n"
    + "".join(f"{'-' * (k % 3 == 0)}${k},{k:03}.50;{k}.5%;{k} 0{k:02};{k % 2}\n" for k in range(10, 70)),
    "not_finite.csv": "a,b,c,y\n"
    + "".join(f"{('inf', k)[k > 3]},{('1e400', k)[k > 2]},nan,{k % 2}\n" for k in range(40)),
    "codes.csv": "zip,y\n" + "".join(f"0{1000 + k % 9},{k % 2}\n" for k in range(40)),
    "many.csv": "x,word,y\n" + "".join(f"{k % 7},w{k % 120},{k % 2}\n" for k in range(480)),
    "latin.csv": "größe,y\n1,süß\n2,sauer\n3,süß\n4,sauer\n5,süß\n6,sauer\n",
    "classes.csv": "x,y\n" + "".join(f"{k % 11},{k % 3}\n" for k in range(90)),
}


@pytest.mark.parametrize("name", TABLES)
def test_the_config_of_a_dropped_table_is_trained(name: str, page: Any, tmp_path: Path) -> None:
    content = TABLES[name].encode("cp1252" if name.startswith("latin") else "utf-8")
    (tmp_path / name).write_bytes(content)
    drop(page, name, content)
    assert page.is_hidden(".error"), page.text_content(".error")
    run = run_of(tmp_path, config(page))
    data = network_data(run)
    assert run.info["parameters"] == page.evaluate("npnetPlay.session.network.size")
    assert [one["name"] for one in data["inputs"]] == page.evaluate(f"{INPUTS}.map((input) => input.name)")
    assert data["classes"] == page.evaluate("npnetPlay.session.data.classes")


def test_a_wide_table_keeps_its_last_column_as_the_target(page: Any) -> None:
    names = [f"c{k}" for k in range(120)] + ["y"]
    rows = [",".join([str((k * j) % 7) for j in range(120)] + ["ab"[k % 2]]) for k in range(40)]
    drop(page, "wide.csv", "\n".join([",".join(names), *rows]).encode())
    assert "The page shows the first 99 of 121 columns, and the last." in page.text_content(".notes")
    assert 'target: "y"' in config(page)
    assert "drop: [c99, c100, c101" in config(page)


def test_the_config_of_other_data_is_not_copied(page: Any) -> None:
    copies = page.locator("[data-copy]")
    drop(page, "same.csv", b"a,y\n" + b"5,p\n5,q\n" * 20)
    assert page.is_visible(".error")
    assert [copy.is_disabled() for copy in copies.all()] == [True, True]
    drop(page, "good.csv", CSV.encode())
    assert [copy.is_disabled() for copy in copies.all()] == [False, False]


def test_row_numbers_are_left_out(page: Any) -> None:
    drop(page, "rows.csv", b"id,x,y\n" + b"".join(b"%d,%d,%d\n" % (k, k % 7, k % 2) for k in range(1, 41)))
    assert "id is left out: it numbers the rows." in page.text_content(".notes")
    assert "drop: [id]" in config(page)


def test_dates_become_what_npnet_makes_of_them(page: Any, tmp_path: Path) -> None:
    content = "day;y\n" + "".join(f"{k % 28 + 1}.{k % 12 + 1}.{2000 + k};{k % 2}\n" for k in range(60))
    (tmp_path / "d.csv").write_text(content)
    drop(page, "d.csv", content.encode())
    page.evaluate(CHANGE, {"test": 0})
    run = run_of(tmp_path, config(page))
    part = reopen(run).data.parts["train"]
    order = np.argsort(page.evaluate("[...npnetPlay.session.data.rows.train.row.data]"))
    rows = np.array(page.evaluate("[...npnetPlay.session.data.rows.train.inputs.data]")).reshape(60, -1)[order]
    np.testing.assert_allclose(rows, part.X[np.argsort(part.rows)], atol=1e-6)


def test_layers_of_the_inputs_are_those_of_npnet(page: Any, tmp_path: Path) -> None:
    (tmp_path / "many.csv").write_text(TABLES["many.csv"])
    drop(page, "many.csv", TABLES["many.csv"].encode())
    assert "word is left out" in page.text_content(".notes")
    for label in ("periodic", "embedding"):
        page.get_by_label(label).check()
    assert "word is left out" not in page.text_content(".notes")
    before = page.evaluate("npnetPlay.session.scores()[0].loss")
    page.evaluate("npnetPlay.advance(60)")
    assert page.evaluate("npnetPlay.session.scores()[0].loss") < before
    run = run_of(tmp_path, config(page))
    assert run.info["parameters"] == page.evaluate("npnetPlay.session.network.size")
    (tmp_path / "c.yaml").write_text(config(page))
    assert call("play", tmp_path / "c.yaml", "-o", tmp_path / "again.html").err == ""


LONG = "long " + "n" * 5000
TURNED = "turned\u202eback\u2066"


def test_names_are_shown_and_neither_obeyed_nor_too_long(page: Any, tmp_path: Path) -> None:
    rows = "".join(f"{k % 7},{k % 5},{k % 3},{('no', TURNED)[k % 2]}\n" for k in range(60))
    content = f"{LONG},{TURNED},שם,y\n{rows}"
    name = "t\u202e.csv"
    drop(page, name, content.encode())
    text = page.inner_text("#play")
    assert "turned\\u202eback\\u2066" in text
    assert not set("\u202e\u2066") & set(page.evaluate("document.body.innerText + document.title"))
    assert f"{LONG[:30]}" in text
    assert "n" * 100 not in page.inner_text(".bench")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert page.locator(f'label[title="{LONG}: numbers"]').count() == 1
    page.locator(".diagram .unit").first.click()
    (tmp_path / name).write_text(content)
    run = run_of(tmp_path, config(page))
    assert [one["name"] for one in network_data(run)["inputs"]] == [LONG, TURNED, "שם"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("few.csv", b"a,y\n1,\n2,\n3,\n4,5\n", "y has a value in 1 row:"),
        ("zip.csv", b"PK\x03\x04\x00\x00", "no text"),
        ("ragged.csv", b"a,b\n1,2\n3\n", "line 3: 1 cell, where the first line has 2"),
        ("twice.csv", b"a,a\n1,2\n3,4\n", "two columns are called a"),
        ("empty.csv", b"", "no line"),
        ("head.csv", b"a,b\n", "a single line"),
        ("open.csv", b'a,b\n1,"2\n3,4\n', "a quote is not closed"),
        ("one.csv", b"a\n1\n2\n3\n4\n5\n", "1 column"),
        ("same.csv", b"a,y\n" + b"1,x\n2,x\n" * 9, "the same in every row"),
        ("names.csv", b"x,y\n" + b"".join(b"%d,n%d\n" % (k % 5, k) for k in range(50)), "50 classes in 50 rows"),
    ],
)
def test_what_cannot_be_read_is_said(name: str, content: bytes, words: str, page: Any) -> None:
    drop(page, name, content)
    assert words in page.text_content(".error")
    page.get_by_role("radio", name="xor").check(force=True)
    assert page.is_hidden(".error")
    page.get_by_role("button", name="One step").click()


def test_a_table_of_the_command_is_trained_by_its_config(browser: Any, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(CSV, "utf-8")
    page_file = tmp_path / "t.html"
    assert call("play", tmp_path / "t.csv", "--target", "art", "-o", page_file).code == 0
    with opened(browser, page_file, READY) as page:
        page.get_by_label("Target", exact=True).select_option("farbe")
        page.get_by_role("button", name="To the end of the epoch").click()
        run = run_of(tmp_path, config(page))
        assert run.info["parameters"] == page.evaluate("npnetPlay.session.network.size")
        assert network_data(run)["classes"] == page.evaluate("npnetPlay.session.data.classes")


@pytest.mark.parametrize("name", ["spirals", "iris", "diabetes", "article/circles"])
def test_a_shipped_config_comes_back_from_the_page(name: str, browser: Any, tmp_path: Path) -> None:
    path = Path(__file__).parents[2] / "configs" / f"{name}.yaml"
    page_file = tmp_path / "c.html"
    assert call("play", path, "-o", page_file).code == 0
    with opened(browser, page_file, READY) as page:
        text = config(page)
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
    (tmp_path / "copied.yaml").write_text(text)
    shown = [json.loads(call("config", "show", one, "--json").out) for one in (path, tmp_path / "copied.yaml")]
    first, second = ({key: one[key] for key in one if key not in ("layers", "loss")} for one in shown)
    assert {**first, "learning_rate": second["learning_rate"]} == second
    runs = run_of(tmp_path / "first", text), run_of(tmp_path / "second", path.read_text())
    assert runs[0].info["parameters"] == runs[1].info["parameters"]
