"""The program of PyTorch exports."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from npnet.export.python_code.answers import answers_of
from npnet.export.python_code.reading import Row, cells_of
from npnet.export.python_code.torch_inputs import Columns, inputs_of
from npnet.export.python_code.torch_outputs import calibrated, output_of

MODEL: dict[str, Any] = {}  # the document of the run, without its weights


def network() -> nn.Sequential:
    """Return one of the networks."""
    return nn.Sequential()


class TrainedNetworks(nn.Module):
    """The networks, with everything before and after them."""

    def __init__(self) -> None:
        super().__init__()
        self.networks = nn.ModuleList(network() for _ in MODEL["models"])
        self.networks.to(getattr(torch, MODEL["dtype"]))
        self.known = {column["name"]: column["known"] for column in MODEL["columns"]}

    def inputs(self, columns: Columns) -> list[Tensor]:
        """Return the inputs of the networks of each fold, (rows, inputs)."""
        folds = MODEL["preparations"]
        return [inputs_of(columns, fold, self.known).to(getattr(torch, MODEL["dtype"])) for fold in folds]

    def forward(self, columns: Columns) -> Tensor:
        """Return probabilities or values, (rows, outputs) in float64, averaged over all networks.

        Columns are (rows,): numbers in float64, NaN where missing; of texts the codes of `tensors_of`.
        """
        inputs, outputs = self.inputs(columns), []
        for network, model in zip(self.networks, MODEL["models"], strict=True):
            scores = network(inputs[model["fold"]])
            outputs.append(output_of(scores.double(), model, MODEL["output"]))
        return calibrated(torch.stack(outputs).mean(dim=0), MODEL["output"])


def load() -> TrainedNetworks:
    """Return the model with its weights, ready to predict."""
    model = TrainedNetworks()
    path = Path(__file__).with_name("weights.pt")
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return model.eval()


def tensors_of(rows: list[Row]) -> Columns:
    """Return the values of each column: numbers, or codes of texts, 0 unseen, 1 missing, then the known ones in order.

    Raise ValueError for a cell that its column cannot hold, and a gap where training refused them.
    """
    columns: Columns = {}
    cells = cells_of(rows, MODEL["columns"], MODEL["writing"])
    for column in MODEL["columns"]:
        values = cells[column["name"]]
        if MODEL["preparations"][0]["missing"] == "error":
            for row, value in enumerate(values, 1):
                if value == "" or value != value:  # NaN differs from itself
                    raise ValueError(f'row {row}: column "{column["name"]}" is empty')
        if column["reader"] == "text":
            codes = {text: code for code, text in enumerate(column["known"], 2)} | {"": 1}
            columns[column["name"]] = torch.tensor([codes.get(text, 0) for text in values])
        else:
            columns[column["name"]] = torch.tensor(values, dtype=torch.float64)
    return columns


def predict(rows: list[Row]) -> list[dict[str, Any]]:
    """Return the prediction of each row, given as the texts of a table by column."""
    model, columns = load(), tensors_of(rows)
    for row in (~torch.cat(model.inputs(columns), dim=1).isfinite().all(dim=1)).nonzero().flatten().tolist():
        raise ValueError(f"row {row + 1}: a number is too large")
    with torch.no_grad():
        return [answers_of(row, MODEL["output"]) for row in model(columns).tolist()]
