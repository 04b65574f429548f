"""`npnet config` and `npnet data`: check, complete and explain configs and their data."""

from dataclasses import asdict
from typing import Annotated

import typer

from npnet.cli.commands import CommandContext, command, group
from npnet.cli.options import Config, Overrides, refuse_options

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
npnet data check credit.yaml split.test=0.3
npnet data check credit.yaml --json
"""


@command("check", CHECK, ignore_unknown_options=True)
def check(context: CommandContext, config: Config, overrides: Overrides = None) -> None:
    """Check a config, its data and its shapes, as `npnet train` does before it begins."""
    refuse_options([str(config), *(overrides or [])])
    from npnet.config import load
    from npnet.runner import prepare_run

    prepare_run(load(config, overrides or []))
    if context.json:
        context.screen.result_json({"config": str(config), "valid": True})
    else:
        context.screen.result(f"{config} can be trained")


@command("show", SHOW, ignore_unknown_options=True)
def show(context: CommandContext, config: Config, overrides: Overrides = None) -> None:
    """Print a config with every default filled in, as YAML that trains the same."""
    refuse_options([str(config), *(overrides or [])])
    from npnet.config import load
    from npnet.config.writer import plain_options, write_commented
    from npnet.experiment.resolved import without_final_activation

    experiment, screen = load(config, overrides or []).experiment, context.screen
    if context.json:
        screen.result_json(plain_options(experiment))
        return
    if experiment.loss and without_final_activation(experiment.layers, experiment.loss) != experiment.layers:
        screen.result(f"# {experiment.loss.link} is trained together with the loss, as one formula of raw scores")
    screen.result(write_commented(experiment))


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


@command("check", DATA, ignore_unknown_options=True)
def check_data(context: CommandContext, config: Config, overrides: Overrides = None) -> None:
    """Show the columns, the rows of each split, and what looks wrong.

    Findings are not errors: duplicate rows, identifiers, constant columns, rare classes, columns that leak the target.
    """
    refuse_options([str(config), *(overrides or [])])
    from npnet.config import load
    from npnet.runner.data_report import report_data

    report = report_data(load(config, overrides or []))
    if not context.json:
        from npnet.cli.console.reports import data_page

        context.screen.result_table(data_page(report))
        return
    inspection = report.inspection
    columns = [asdict(one) | {"role": report.roles.get(one.name, "feature")} for one in inspection.columns]
    result = {"rows": inspection.rows, "task": inspection.task, "columns": columns, "classes": inspection.classes}
    findings = [asdict(finding) for finding in inspection.findings]
    context.screen.result_json({**result, "split": report.parts, "findings": findings})


data = group("data", "Look at the data of a config.", DATA, {"check": check_data})
config = group(
    "config",
    "Check, complete and explain configs.",
    CONFIG,
    {"check": check, "show": show, "schema": schema, "explain": explain},
)
