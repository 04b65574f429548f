"""Side tables on the command line and in Python: trained with, predicted with, changed and missing ones."""

import json
from pathlib import Path

import numpy as np
import pytest

from npnet import load
from npnet.errors import DataError, NpnetError, UsageError
from tests.cli.conftest import call

pd = pytest.importorskip("pandas")

CONFIG = """\
dataset:
  table:
    path: visits.csv
    target: paid
    drop: [customer, day]
    join: {path: customers.csv, on: customer}
    aggregate:
      - {path: orders.csv, on: customer, time: {day: at}, columns: {amount: [mean, last], id: count}}
      - {path: self, on: customer, columns: {paid: mean}}
layers: [{linear: 4}, tanh, linear]
epochs: 3
"""
FILES = ("visits.csv", "customers.csv", "orders.csv")


@pytest.fixture
def tables(folder: Path) -> Path:
    """Write a table of visits, and tables of customers and orders."""
    random = np.random.default_rng(1)
    customers = pd.DataFrame({"customer": range(1, 31), "age": random.integers(20, 70, 30), "town": list("abc") * 10})
    day = lambda count: pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 90, count), "D")  # noqa: E731
    visits = pd.DataFrame({"customer": random.integers(1, 33, 120), "day": day(120).strftime("%Y-%m-%d")})
    visits["x"] = random.normal(size=120).round(3)
    age = customers.age.reindex(visits.customer - 1).fillna(40).to_numpy()
    visits["paid"] = (visits.x + age / 10 + random.normal(size=120) / 5).round(3)
    orders = pd.DataFrame(
        {"id": range(200), "customer": random.integers(1, 33, 200), "at": day(200).strftime("%Y-%m-%d")}
    )
    orders["amount"] = random.gamma(2, 10, 200).round(2)
    for name, table in zip(FILES, (visits, customers, orders), strict=True):
        table.to_csv(name, index=False)
    Path("c.yaml").write_text(CONFIG)
    return folder


def trained(*more: str) -> Path:
    result = call("train", "c.yaml", "--no-plots", "-q", *more)
    assert result.code == 0, result.err
    return Path(result.out.strip())


def predicted(run: Path, file: str, *more: str) -> list[float]:
    result = call("predict", run, file, "-q", "--json", *more)
    assert result.code == 0, result.err
    return [row["prediction"] for row in json.loads(result.out)["predictions"]]


@pytest.mark.parametrize("more", [(), ("cv=3",), ("ensemble=2", "own_validation=true")])
def test_predictions_are_those_of_the_training(tables: Path, more: tuple[str, ...]) -> None:
    run = trained(*more)
    found = predicted(run, "visits.csv")
    if not more:
        rows = pd.read_csv(run / "predictions" / "test.csv")
        assert rows.prediction.tolist() == [found[row - 1] for row in rows.row]
    named = [text for name in ("customers", "orders") for text in ("--table", f"{name}={name}.csv")]
    assert predicted(run, "visits.csv", *named) == found
    model = load(run)
    np.testing.assert_array_equal(model.predict(pd.read_csv("visits.csv"))[:, 0], found)
    frames = {name: pd.read_csv(f"{name}.csv") for name in ("customers", "orders")}
    np.testing.assert_array_equal(model.predict(pd.read_csv("visits.csv"), tables=frames)[:, 0], found)
    assert call("evaluate", run).code == 0
    assert call("evaluate", run, "--data", "visits.csv").code == 0


def test_new_side_tables_are_named(tables: Path) -> None:
    run = trained()
    before = predicted(run, "visits.csv")
    older = pd.read_csv("customers.csv")
    older["age"] += 10
    older.to_json("older.jsonl", orient="records", lines=True)
    after = predicted(run, "visits.csv", "--table", "customers=older.jsonl")
    assert after != before
    older.to_csv("customers.csv", index=False)
    assert predicted(run, "visits.csv", "--table", "customers=customers.csv") == after
    result = call("evaluate", run, "--data", "visits.csv", "--table", "customers=customers.csv")
    assert result.code == 0, result.err


@pytest.mark.parametrize("command", [("predict", "visits.csv"), ("evaluate", "--data", "visits.csv")])
@pytest.mark.parametrize("gone", [False, True])
def test_a_side_table_that_has_changed_is_refused(tables: Path, command: tuple[str, ...], gone: bool) -> None:
    run = trained()
    path = Path("customers.csv")
    if gone:
        path.unlink()
    else:
        path.write_text(path.read_text() + "99,40,a\n")
    result = call(command[0], run, *command[1:])
    assert result.code == 4
    assert str(tables / "customers.csv") in result.err
    assert "hint: --table customers=FILE names the file to use" in result.err
    with pytest.raises(DataError, match=r"customers\.csv"):
        load(run).predict(pd.read_csv("visits.csv"))
    assert call("evaluate", run).code == 4


def test_a_run_with_other_side_tables_is_not_resumed(tables: Path) -> None:
    run = trained()
    assert call("resume", run, "epochs=5", "-q").code == 0
    path = Path("orders.csv")
    path.write_text(path.read_text() + "999,1,2024-01-01,5\n")
    result = call("resume", run, "epochs=6", "-q")
    assert result.code == 4
    assert str(tables / "orders.csv") in result.err
    assert call("resume", run, "epochs=6", "-q", "--accept-new-data").code == 0


def test_a_sweep_has_side_tables(tables: Path) -> None:
    result = call("sweep", "c.yaml", "learning_rate=[0.01,0.1]", "-q", "--no-plots")
    assert result.code == 0, result.err
    assert len(predicted(Path(result.out.strip()), "visits.csv")) == 120


@pytest.mark.parametrize(
    ("arguments", "code", "message", "hint"),
    [
        (("--table", "custmers=customers.csv"), 2, "the run has no side table custmers", "did you mean customers?"),
        (("--table", "customers.csv"), 2, "--table accepts NAME=FILE, not customers.csv", "for example"),
        (("--table", "customers=-"), 2, "--table accepts NAME=FILE, not customers=-", "for example"),
        (("--table", "orders=a", "--table", "orders=b"), 2, "--table orders is given twice", "leave out"),
        (("--table", "customers=none.csv"), 4, "there is no file none.csv", ""),
        (("--table", "customers=orders.csv"), 4, 'orders.csv has no column "age", "town"', ""),
        (("-o", "orders.csv", "-f"), 2, "", ""),
    ],
)
def test_a_wrong_side_table_is_one_line(
    tables: Path, arguments: tuple[str, ...], code: int, message: str, hint: str
) -> None:
    run, before = trained(), Path("orders.csv").read_bytes()
    result = call("predict", run, "visits.csv", "-q", *arguments)
    assert (result.code, result.out) == (code, "")
    assert message in result.err
    assert hint in result.err
    assert Path("orders.csv").read_bytes() == before


def test_side_tables_in_python_are_checked(tables: Path) -> None:
    model, visits = load(trained()), pd.read_csv("visits.csv")
    with pytest.raises(UsageError, match="no side table people"):
        model.predict(visits, tables={"people": visits})
    with pytest.raises(DataError, match='the side table "customers" is a int'):
        model.predict(visits, tables={"customers": 3})
    with pytest.raises(DataError, match="need their names"):
        model.predict(visits[["x"]].to_numpy())
    with pytest.raises(NpnetError, match="joined or aggregated columns is not trained further in Python") as caught:
        model.train(visits, visits.paid)
    assert caught.value.hint == "npnet train CONFIG weights=RUN trains it further"
    assert trained("weights=latest").is_dir()


def test_the_table_alone_needs_no_files_at_prediction(tables: Path) -> None:
    run = trained(
        "dataset.table.join=null", "dataset.table.aggregate={path: self, on: customer, columns: {paid: mean}}"
    )
    found = predicted(run, "visits.csv")
    visits = pd.read_csv("visits.csv").drop(columns="paid")
    visits.to_csv("new.csv", index=False)
    Path("visits.csv").unlink()
    assert predicted(run, "new.csv") == found


def test_init_writes_side_tables_and_check_finds_what_gives_the_target_away(tables: Path) -> None:
    visits = pd.read_csv("visits.csv")
    visits["number"] = [f"v{n * 7 % 120}" for n in range(120)]
    visits.to_csv("visits.csv", index=False)
    visits[["number", "paid"]].rename(columns={"paid": "bill"}).to_csv("bills.csv", index=False)
    Path("configs").mkdir()
    join = "join={path: bills.csv, on: number}"
    result = call("init", "--data", "visits.csv", "--target", "paid", join, "-o", "configs/v.yaml")
    assert result.code == 0, result.err
    assert "path: ../bills.csv" in Path("configs/v.yaml").read_text()
    assert "bill" in result.err
    checked = call("data", "check", "configs/v.yaml")
    assert checked.code == 0
    assert "bill" in checked.out


def test_evaluating_the_runs_own_data_takes_no_table(tables: Path) -> None:
    result = call("evaluate", trained(), "--table", "customers=customers.csv")
    assert result.code == 2
    assert "hint: leave out --table, or add --data FILE" in result.err


def test_init_understands_how_a_side_table_is_written(tables: Path) -> None:
    customers = pd.read_csv("customers.csv")
    customers["age"] = customers.age + 0.5
    customers.loc[3, "age"] = np.nan
    customers.to_csv("kunden.csv", index=False, sep=";", decimal=",", na_rep="NA")
    join = "join=[{path: kunden.csv, on: customer}]"
    noted = call("init", "--data", "visits.csv", "--target", "paid", join, "-o", "k.yaml")
    assert noted.code == 0
    assert 'kunden.csv: na_values: [NA]   ("NA" in 1 cell)' in noted.err
    line = "- {path: kunden.csv, on: customer, delimiter: ;, decimal: ',', na_values: [NA]}"
    assert line.removeprefix("- ") in Path("k.yaml").read_text()
    result = call("train", "k.yaml", "-q", "--no-plots", "epochs=1")
    assert result.code == 0, result.err


def test_a_new_side_table_may_be_written_otherwise(tables: Path) -> None:
    run = trained()
    pd.read_csv("customers.csv").to_csv("kunden.csv", index=False, sep=";")
    assert predicted(run, "visits.csv", "--table", "customers=kunden.csv") == predicted(run, "visits.csv")
