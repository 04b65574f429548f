"""Runs on a text: trained, resumed, continued by `npnet sample`, and measured on other texts."""

import json
import shutil
from io import BytesIO, TextIOWrapper
from pathlib import Path

import numpy as np
import pytest

from npnet.config import load
from npnet.data.text.reading import SHIPPED
from npnet.errors import ConfigError
from npnet.experiment.resources import check_memory
from npnet.rundir.run import RunFolder
from npnet.runner.prepared_run import prepare_run
from tests.cli.conftest import call

BOOK = (Path(__file__).parents[2] / "npnet" / "data" / "text" / SHIPPED).read_text()[1000:3000]
CONFIG = """\
dataset: {text: {path: book.txt, length: 16}}
layers:
  - token_embedding: {size: 4}
  - gru: 8
  - linear
learning_rate: 0.02
epochs: 2
batch_size: 8
ensemble: 2
"""
SIZE = ("--length", 40, "--seed", 3)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("text")
    (folder / "book.txt").write_text(BOOK)
    (folder / "text.yaml").write_text(CONFIG)
    result = call("train", folder / "text.yaml", "--run-dir", folder / "run", "--no-plots", "-q")
    assert result.code == 0, result.err
    (folder / "book.txt").rename(folder / "moved.txt")  # nothing here needs it again
    return folder / "run"


def test_a_sample_is_the_prompt_and_a_text_drawn_by_its_seed(run: Path) -> None:
    first = call("sample", run, "--prompt", "She was", *SIZE)
    assert first.code == 0, first.err
    assert (len(first.out), first.out[:7], first.out[-1], first.err) == (7 + 40 + 1, "She was", "\n", "")
    assert call("sample", run, "--prompt", "She was", *SIZE).out == first.out
    assert call("sample", run, "--prompt", "She was", "--length", 40).out != first.out
    told = json.loads(call("sample", run, "--prompt", "She was", *SIZE, "--json").out)
    assert told == {"prompt": "She was", "text": first.out[7:-1], "seed": 3}
    greedy = call("sample", run, "--prompt", "She was", *SIZE, "--temperature", 0).out
    assert greedy == call("sample", run, "--prompt", "She was", *SIZE, "--top-k", 1).out


def test_a_prompt_may_be_empty_long_unknown_or_come_from_standard_input(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("sample", run, *SIZE).out.startswith("\n")
    long = call("sample", run, "--prompt", BOOK, *SIZE).out[len(BOOK) :]
    assert call("sample", run, "--prompt", BOOK[-16:], *SIZE).out[16:] == long
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(BOOK.replace("\n", "\r\n").encode())))
    assert call("sample", run, "--prompt", "-", *SIZE).out.endswith(long)
    unknown = call("sample", run, "--prompt", "noë 漢\x1b", *SIZE)
    assert 'warning: training never saw 3 characters of the prompt: "ë", "漢", "\\u001b"' in unknown.err
    assert not {"\ufffd", "unknown"} & {*unknown.out[6:]}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--temperature", "nan"), 2, "a temperature is a number from 0 to 100, not nan"),
        (("--temperature", -1), 2, "a temperature is a number from 0 to 100, not -1"),
        (("--length", 0), 2, "--length"),
        (("--top-k", 0), 2, "--top-k"),
    ],
)
def test_options_of_a_sample_that_are_not_valid_are_refused(
    run: Path, arguments: tuple[object, ...], code: int, words: str
) -> None:
    result = call("sample", run, *arguments)
    assert (result.code, result.out) == (code, "")
    assert words in result.err


def test_a_run_of_a_table_continues_no_text(folder: Path) -> None:
    (folder / "c.yaml").write_text("{dataset: {xor: {samples: 50}}, layers: [linear], epochs: 1}")
    call("train", "c.yaml", "--run-dir", "run", "--no-plots", "-q")
    result = call("sample", "run")
    assert (result.code, result.out) == (5, "")
    assert "run was not trained on a text\nhint: npnet predict run FILE predicts rows" in result.err


@pytest.mark.parametrize("text", [BOOK[:300], BOOK[:33], BOOK[:17], BOOK[:16], BOOK[:5], "ab"])
def test_each_character_gets_the_probability_that_its_network_gives_it(run: Path, folder: Path, text: str) -> None:
    (folder / "other.txt").write_text(text)
    result = call("predict", run, "other.txt", "--proba", "--format", "jsonl")
    rows = [json.loads(line) for line in result.out.splitlines()]
    assert [row["row"] for row in rows] == [*range(2, len(text) + 1)]
    assert "".join(row["character"] for row in rows) == text[1:]
    assert all(np.isclose(row["bits"], -np.log2(row["probability"])) for row in rows)
    chances = [{name[12:]: one for name, one in row.items() if name.startswith("probability_")} for row in rows]
    assert all(
        row["probability"] == one.get(row["character"], one["unknown"]) for row, one in zip(rows, chances, strict=True)
    )
    assert all(
        np.isclose(sum(one.values()), 1) and max(one, key=one.__getitem__) == row["prediction"]
        for row, one in zip(rows, chances, strict=True)
    )
    assert f"{np.mean([row['bits'] for row in rows]):.3f} bits per character" in result.err
    best = call("sample", run, "--prompt", text[:-1], "--length", 1, "--temperature", 0).out[len(text) - 1 : -1]
    assert best == rows[-1]["prediction"] or len(text) > 16  # where the context may begin elsewhere


def test_another_text_is_scored_in_windows(run: Path, folder: Path) -> None:
    found = []
    for end in (16 * 100 + 1, 16 * 100 + 16):  # what does not fill a window is left out
        (folder / "other.txt").write_text(BOOK[:end])
        found.append(json.loads(call("evaluate", run, "--data", "other.txt", "--json").out)["data"])
    assert found[0] == found[1]
    trained = json.loads((run / "metrics.json").read_text())["train"]
    assert np.isclose(found[0]["log_loss"], trained["log_loss"], rtol=0.1)
    (folder / "other.txt").write_text(BOOK[:40] + "ßß")
    assert '2 characters that training never saw: "ß"' in call("evaluate", run, "--data", "other.txt").err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("predict", "short.txt"), 4, "short.txt has one character, and a prediction is of the one after it"),
        (("predict", "empty.txt"), 4, "empty.txt is empty"),
        (("predict", "none.txt"), 4, "there is no file none.txt"),
        (("predict", "odd.txt", "--strict"), 4, 'odd.txt: character 2, "ß", was not in the training set'),
        (("predict", "odd.txt", "--id", "x"), 2, "a text has no columns to copy"),
        (("predict", "odd.txt", "delimiter=;"), 2, "delimiter= says how a table is written"),
        (("evaluate", "--data", "odd.txt"), 4, "odd.txt has 3 characters; a window of 16 and the next one need 17"),
        (("evaluate", "--data", "binary"), 4, "binary: byte 0 is NUL, so this is no text\nhint: name a file of text"),
        (
            ("predict", "latin"),
            4,
            "latin: byte 0 is not UTF-8\nhint: save it as UTF-8; if it is Latin-1, write encoding=l",
        ),
        (("evaluate", "--data", "odd.txt", "delimiter=;"), 2, "delimiter= says how a table is written"),
        (("predict", "."), 4, ". is a folder\nhint: name one file, or - for standard input"),
    ],
)
def test_a_text_that_cannot_be_measured_is_refused(
    run: Path, folder: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    for name, data in {"short.txt": "a", "empty.txt": "", "odd.txt": "aßa", "binary": "\0" * 99}.items():
        (folder / name).write_text(data)
    (folder / "latin").write_bytes(b"\xe9t\xe9")
    command, *rest = arguments
    result = call(command, run, *rest)
    assert (result.code, result.out) == (code, "")
    assert words in result.err
    assert "hint: " in result.err


@pytest.mark.parametrize(
    ("layers", "hint"),
    [
        ("gru: {units: 8, bidirectional: true}", "gru at layers[1] sees the characters after a position"),
        ("residual: [{attention: 2}]", "hint: write causal: true under attention"),
        ("conv1d: {filters: 4, padding: same}", "hint: write padding: causal under conv1d"),
        ("flatten\n  - linear: 32\n  - positions: 16", "flatten at layers[1] sees the characters after a position"),
        ("gru: {units: 8, states: last}", "the network ends with"),
    ],
)
def test_a_network_that_sees_what_it_is_to_predict_is_refused(folder: Path, layers: str, hint: str) -> None:
    (folder / "book.txt").write_text(BOOK)
    (folder / "text.yaml").write_text(CONFIG.replace("gru: 8", layers))
    result = call("train", "text.yaml", "--dry-run")
    assert (result.code, result.out) == (3, "")
    assert hint in result.err


def test_a_resumed_training_ends_with_the_same_weights(run: Path, folder: Path) -> None:
    (folder / "book.txt").write_text(BOOK)
    (folder / "text.yaml").write_text(CONFIG)
    assert call("train", "text.yaml", "--run-dir", "half", "--no-plots", "-q", "epochs=1").code == 0
    assert call("resume", "half", "epochs=2", "-q").code == 0
    assert (folder / "half" / "weights.safetensors").read_bytes() == (run / "weights.safetensors").read_bytes()
    refused = call("train", "text.yaml", "cv=3", "--dry-run")
    assert refused.code == 4
    assert "cv holds out rows, and a text is split in its order\nhint: take cv out" in refused.err


def test_bytes_are_continued_as_text(folder: Path) -> None:
    import npnet

    (folder / "book.bin").write_bytes(b"\xff\0" + "naïve été ".encode() * 40)
    (folder / "text.yaml").write_text(CONFIG.replace("book.txt", "book.bin, level: bytes"))
    assert call("train", "text.yaml", "--run-dir", "run", "--no-plots", "-q").code == 0
    opened = npnet.Run("run")
    assert RunFolder(folder / "run").info["dataset"]["class_count"] == 256
    assert len(opened.sample("na", 30).encode(errors="replace")) >= 30
    assert opened.sample("na", 30) == opened.sample("na", 30)


@pytest.mark.long
def test_every_command_knows_a_run_on_a_text(run: Path, folder: Path) -> None:
    (folder / "book.txt").write_text(BOOK)
    (folder / "text.yaml").write_text(CONFIG)
    copied = shutil.copytree(run, folder / "run")
    for arguments in (
        ("report", copied),
        ("plot", copied, "--kind", "loss,confusion"),
        ("diagnose", copied),
        ("evaluate", copied),
        ("data", "check", "text.yaml"),
        ("data", "report", "text.yaml"),
        ("config", "show", "text.yaml"),
        ("train", "text.yaml", "--baselines", "-q"),
    ):
        result = call(*arguments)
        assert result.code == 0, result.err
    assert "no roc plot: it needs the probability of every class" in call("plot", copied, "--kind", "roc").err
    assert "no export gives predictions at each of 16 positions" in call("export", copied, "--to", "numpy").err


@pytest.mark.long
@pytest.mark.parametrize(
    "layers",
    [
        "lstm: 8",
        "conv1d: {filters: 8, padding: causal}\n  - relu\n  - conv1d: {filters: 8, padding: causal, dilation: 2}",
        "positional\n  - residual: [layer_norm, attention: {heads: 2, causal: true}]\n  - layer_norm",
        "attention: {heads: 2, causal: true, rotary: true}",
    ],
)
def test_a_character_is_predicted_by_those_before_it_alone(folder: Path, layers: str) -> None:
    (folder / "book.txt").write_text(BOOK)
    (folder / "text.yaml").write_text(CONFIG.replace("gru: 8", layers))
    assert call("train", "text.yaml", "--run-dir", "run", "--no-plots", "-q").code == 0
    found = []
    for end in (12, 16, 17, 60):
        (folder / "other.txt").write_text(BOOK[:end])
        lines = call("predict", "run", "other.txt", "--format", "jsonl").out.splitlines()
        found.append([json.loads(line)["bits"] for line in lines])
    for bits in found[:-1]:
        assert np.allclose(bits, found[-1][: len(bits)], atol=1e-5)
    sample = call("sample", "run", "--prompt", BOOK[:12], "--length", 4, "--temperature", 0).out
    (folder / "other.txt").write_text(sample[:16])
    lines = call("predict", "run", "other.txt", "--format", "jsonl").out.splitlines()[-4:]
    assert [json.loads(line)["prediction"] for line in lines] == [*sample[12:16]]


def test_a_text_too_large_for_the_memory_is_refused_at_a_layer(folder: Path) -> None:
    (folder / "book.txt").write_text(BOOK)
    (folder / "text.yaml").write_text(CONFIG)
    loaded = load("text.yaml")
    with pytest.raises(ConfigError) as error:
        check_memory(prepare_run(loaded).experiment, loaded, free=1000)
    assert "text.yaml:5:5: the training needs" in error.value.message
    assert error.value.hint == "take fewer units, or a smaller batch_size, or a shorter text"
