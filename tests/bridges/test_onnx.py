"""ONNX: the form of the graph, odd values in onnxruntime, and the check at export."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from npnet.errors import NpnetError
from npnet.export.checking import feeds_of, require_equal, rows_of_run
from tests.cli.conftest import call
from tests.export.cases import Exported, Parity, trained

pytestmark = pytest.mark.bridges

NUMBERS = [0.0, -0.0, 1e-320, -1e-300, 1e20, -1e20, 1e300, -1.7e308]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Train a run with numbers, texts, dates and gaps, and clipped numbers, which may be as large as they like."""
    settings = ("prepare.numbers=robust", "epochs=3")
    return trained(tmp_path_factory.mktemp("onnx") / "run", Parity("", "", "binary", settings, "ensemble"))


@pytest.fixture(scope="module")
def session(case: Exported) -> Any:
    onnxruntime = pytest.importorskip("onnxruntime")
    path = case.folder / "model.onnx"
    assert call("export", case.run.path, "--to", "onnx", "-o", path).code == 0
    return onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])


def row(case: Exported, **cells: Any) -> dict[str, Any]:
    """Return a usual row with other values in some columns."""
    usual = {"x": 0.25, "y": -1.0, "town": "Oslo", "day": 1.7e9, "open": "true"}
    assert usual.keys() == {column.name for column in case.document.columns}
    return usual | cells


def predicted(session: Any, rows: list[dict[str, Any]]) -> tuple[list[str], Any]:
    feeds = {}
    for one in session.get_inputs():
        kind = object if one.type == "tensor(string)" else np.float64
        feeds[one.name] = np.array([[cells[one.name]] for cells in rows], kind)
    label, p = session.run(["label", "probabilities"], feeds)
    return label.tolist(), p


def test_the_graph_has_an_input_for_each_column_and_plain_outputs(case: Exported, session: Any) -> None:
    onnx = pytest.importorskip("onnx")
    inputs = {one.name: one.type for one in session.get_inputs()}
    assert inputs == dict.fromkeys(("x", "y", "day"), "tensor(double)") | dict.fromkeys(
        ("town", "open"), "tensor(string)"
    )
    outputs = {one.name: (one.type, one.shape) for one in session.get_outputs()}
    assert outputs == {"label": ("tensor(string)", ["rows"]), "probabilities": ("tensor(double)", ["rows", 2])}
    model = onnx.load(case.folder / "model.onnx")
    assert {one.domain: one.version for one in model.opset_import} == {"": 17, "ai.onnx.ml": 3}
    properties = {one.key: one.value for one in model.metadata_props}
    assert properties["npnet.run"] == case.run.id
    assert json.loads(properties["npnet.classes"]) == ["no", "yes"]
    assert properties["npnet.weights_sha256"] == case.run.weights_digest()
    assert len(properties["npnet.config_sha256"]) == 64


def test_extreme_numbers_gaps_and_unseen_texts_are_predicted_as_by_npnet(case: Exported, session: Any) -> None:
    rows = [row(case, **{name: value}) for name in ("x", "y") for value in NUMBERS]
    rows += [row(case, x=np.nan), row(case, y=np.nan), row(case, day=np.nan), row(case, town=""), row(case, open="")]
    rows += [row(case, town=text) for text in ("Atlantis", "oslo", "\u00e9\u4e2d", "x" * 5000)]
    rows += [row(case, open=text) for text in ("TRUE", "1", "False", "0.0", "maybe")]
    texts = [dict(cells, day=_day(cells["day"]), x=_text(cells["x"]), y=_text(cells["y"])) for cells in rows]
    expected = case.answers(texts)
    label, p = predicted(session, rows)
    assert label == [one["prediction"] for one in expected]
    wanted = [[one["probability_no"], one["probability_yes"]] for one in expected]
    assert np.abs(p - np.array(wanted)).max() < 1e-5


def _day(seconds: float) -> str:
    return "" if np.isnan(seconds) else str(np.datetime64(int(seconds), "s"))


def _text(number: float) -> str:
    return "" if np.isnan(number) else repr(number)


def test_a_number_that_npnet_refuses_has_no_prediction(case: Exported, session: Any) -> None:
    odd = [{"x": np.inf}, {"y": -np.inf}, {"day": np.inf}, {"day": 1e20}, {"day": -1e11}]
    label, p = predicted(session, [row(case), *(row(case, **cells) for cells in odd), row(case, x=np.nan)])
    assert [bool(one) for one in label] == [True, *[False] * len(odd), True]
    assert np.isnan(p).any(axis=1).tolist() == [False, *[True] * len(odd), False]
    file = case.folder / "odd.csv"
    for text in ("inf", "-Infinity", "1e999"):
        file.write_text(f"x,y,town,day,open\n{text},0,Oslo,2024-01-01,true\n")
        assert call("predict", case.run.path, file).code == 4


def test_an_export_that_deviates_is_refused(case: Exported) -> None:
    frame, real = rows_of_run(case.run, case.document)
    assert real
    assert feeds_of(case.document, frame)["x"].shape == (len(frame), 1)
    outputs = case.predictor.outputs(frame).T
    found = np.concatenate([1 - outputs, outputs], axis=1)
    assert require_equal(case.document, case.predictor, frame, found) == 0
    for wrong in (found + 2e-5, np.where(np.arange(len(found))[:, None] == 3, np.nan, found)):
        with pytest.raises(NpnetError, match="predicts otherwise than npnet"):
            require_equal(case.document, case.predictor, frame, wrong)


def test_without_the_data_rows_are_made_up_and_said(case: Exported, tmp_path: Path) -> None:
    moved = tmp_path / "run"
    (case.folder / "run").rename(moved)
    try:
        result = call("export", moved, "--to", "onnx", "-o", tmp_path / "model.onnx")
    finally:
        moved.rename(case.folder / "run")
    assert result.code == 0
    assert "checked on 64 made-up rows, as the data of the run are gone" in result.err
    assert 'input "day": seconds since 1970 in UTC' in result.err


def test_names_of_outputs_and_odd_names_are_columns_too(tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    lines = [f"{n % 7},{n % 3},{'ab'[n % 2]},{n % 4},{n % 5 * 1.5}" for n in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(['value,"/npnet/Add_1 \u00e4",label,input_label,y', *lines]) + "\n")
    (tmp_path / "c.yaml").write_text("dataset: {table: {path: t.csv, target: y}}\nlayers: [linear]\nepochs: 1\n")
    assert call("train", tmp_path / "c.yaml", "--run-dir", tmp_path / "run", "--no-plots", "-q").code == 0
    result = call("export", tmp_path / "run", "--to", "onnx", "-o", tmp_path / "m.onnx")
    assert result.code == 0, result.err
    assert "value is the input input_value" in result.err
    session = onnxruntime.InferenceSession((tmp_path / "m.onnx").read_bytes(), providers=["CPUExecutionProvider"])
    names = ["input_value", "input_/npnet/Add_1 \u00e4", "input_input_label", "input_label"]
    assert [one.name for one in session.get_inputs()] == names
