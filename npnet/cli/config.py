"""Commands on a config that train nothing: check, complete and explain it, its data, and one step of its training."""

from dataclasses import asdict
from typing import Annotated

import typer

from npnet.cli.common.commands import CommandContext, command, group
from npnet.cli.common.options import Config, Force, Output, Overrides, inputs_of, load_config
from npnet.errors import NpnetError, Unmet
from npnet.text import listed

CHECK = """
npnet config check circles.yaml
npnet config check circles.yaml layers.0.linear.units=32
"""
SHOW = """
npnet config show circles.yaml
npnet config show circles.yaml --json
"""
SCHEMA = "npnet config schema > npnet.schema.json"
EXPLAIN = """
npnet config explain learning_rate
npnet config explain layers.linear.units
npnet config explain optimizer
"""
CONFIG = """
npnet config check circles.yaml
npnet config explain layers.linear
npnet config schema > npnet.schema.json
"""
DATA = """
npnet data check credit.yaml
npnet data report credit.yaml
"""
DATA_CHECK = """
npnet data check credit.yaml
npnet data check credit.yaml split.test=0.3
npnet data check credit.yaml --json
"""
DATA_REPORT = """
npnet data report credit.yaml
npnet data report credit.yaml split.test=0.3 -o credit.html
"""


GRADCHECK = """
npnet gradcheck circles.yaml
npnet gradcheck circles.yaml l2=0.1 layers.1=gelu
npnet gradcheck circles.yaml --json
"""


@command("check", CHECK, ignore_unknown_options=True)
def check(context: CommandContext, config: Config, overrides: Overrides = None) -> None:
    """Check a config, its data and its shapes, as `npnet train` does before it begins."""
    from npnet.runner import prepare_run

    prepare_run(load_config(config, overrides))
    if context.json:
        context.screen.result_json({"config": str(config), "valid": True})
    else:
        context.screen.result(f"{config} can be trained")


@command("show", SHOW, ignore_unknown_options=True)
def show(context: CommandContext, config: Config, overrides: Overrides = None) -> None:
    """Print a config with every default filled in, as YAML that trains the same.

    A comment has the shape after each layer, features x positions, for the inputs that the data give.
    """
    from npnet.config.writer import plain_options, write_commented
    from npnet.experiment.resolved import without_final_activation
    from npnet.runner import prepare_run
    from npnet.runner.network_checks import layer_shapes

    loaded = load_config(config, overrides)
    experiment, screen = loaded.experiment, context.screen
    if context.json:
        screen.result_json(plain_options(experiment))
        return
    if experiment.loss and without_final_activation(experiment.layers, experiment.loss) != experiment.layers:
        screen.result(f"# {experiment.loss.link} is trained together with the loss, as one formula of raw scores")
    try:
        shapes = [shape.text() for shape in layer_shapes(prepare_run(loaded))]
    except NpnetError as error:
        screen.result(f"# the shapes after each layer are not known: {error.message}")
        shapes = []
    screen.result(write_commented(experiment, shapes))


@command("schema", SCHEMA)
def schema(context: CommandContext) -> None:
    """Print the JSON Schema of configs, for completion and checks in an editor."""
    from npnet.config.schema import schema

    context.screen.result_json(schema())


@command("explain", EXPLAIN)
def explain(
    context: CommandContext,
    key: Annotated[str, typer.Argument(metavar="KEY", help="A dotted key; without it all keys are listed.")] = "",
) -> None:
    """Explain a key: its meaning, its values and its default."""
    from npnet.config import Experiment
    from npnet.config.schema import explain

    text = explain(key) if key else "".join(f"{explain(name).splitlines()[0]}\n" for name in Experiment.model_fields)
    if context.json:
        context.screen.result_json({"key": key, "text": text})
    else:
        context.screen.result(text)


@command("check", DATA_CHECK, ignore_unknown_options=True)
def check_data(context: CommandContext, config: Config, overrides: Overrides = None) -> None:
    """Show the columns, the rows of each split, and what looks wrong.

    Findings are not errors: duplicate rows, identifiers, constant columns, rare classes, columns that leak the target.
    """
    from npnet.runner.data_report import report_data

    report = report_data(load_config(config, overrides))
    if not context.json:
        from npnet.cli.console.reports import data_page

        context.screen.result_table(data_page(report))
        return
    inspection = report.inspection
    columns = [asdict(one) | {"role": report.roles.get(one.name, "feature")} for one in inspection.columns]
    result = {"rows": inspection.rows, "task": inspection.task, "columns": columns, "classes": inspection.classes}
    findings = [asdict(finding) for finding in inspection.findings]
    more = {"split": report.parts, "spans": report.spans, "notes": report.notes, "findings": findings}
    context.screen.result_json(result | more)


@command("report", DATA_REPORT, ignore_unknown_options=True)
def report_on_data(
    context: CommandContext, config: Config, overrides: Overrides = None, output: Output = None, force: Force = False
) -> None:
    """Write one HTML page about the data of a config, before any training; prints its path.

    It shows columns, gaps and classes, the distribution of each column against the target, how far the sets differ, and
    what looks odd. Without -o the page is CONFIG-data.html in the current folder. A report may replace a report; any
    other file is replaced only with -f.
    """
    from npnet.cli.report import deliver, output_file

    loaded = load_config(config, overrides)
    file = output_file(output or f"{loaded.path.stem}-data.html", force, [], inputs_of(loaded))
    from npnet.report.page import html_of
    from npnet.report.sections.data_card import data_page
    from npnet.runner.data_report import report_data

    deliver(context, file, html_of(data_page(report_data(loaded), loaded.path.stem)))


@command("gradcheck", GRADCHECK, ignore_unknown_options=True)
def gradcheck(context: CommandContext, config: Config, overrides: Overrides = None) -> None:
    """Compare the gradients of a config's network, loss and penalties with central differences.

    In float64, on up to 32 rows of the training set, at the initial values, with fixed dropout masks. Each tensor has a
    row: `error` is the largest difference relative to the largest gradient, `ratio` the length of the gradient along
    the true one. Exits with 8 where a gradient is wrong.
    """
    from npnet.cli.console.tables import gradient_table
    from npnet.runner import prepare_run
    from npnet.runner.network_checks import check_gradients_of

    check = check_gradients_of(prepare_run(load_config(config, overrides)))
    if context.json:
        tensors = [{**asdict(one), "passed": one.passed, "hint": check.hint(one)} for one in check.tensors]
        context.screen.result_json({"samples": check.samples, "passed": check.passed, "tensors": tensors})
    else:
        context.screen.result_table(gradient_table(check))
    wrong = [tensor.name for tensor in check.tensors if not tensor.passed]
    if wrong:
        raise Unmet(f"{len(wrong)} of {len(check.tensors)} gradients are wrong: {listed(wrong, 5)}")


data = group("data", "Look at the data of a config.", DATA, {"check": check_data, "report": report_on_data})
config = group(
    "config",
    "Check, complete and explain configs.",
    CONFIG,
    {"check": check, "show": show, "schema": schema, "explain": explain},
)
