"""`npnet config`: what a config says, what it means, and whether it is right."""

from typing import Annotated

import typer

from npnet.cli.commands import Config, Here, Overrides, command, group, refuse_options

CHECK = """
npnet config check circles.yaml
npnet config check circles.yaml layers.0.linear.units=32
"""
SHOW = """
npnet config show circles.yaml
npnet config show circles.yaml --json
"""
SCHEMA = """
npnet config schema > npnet.schema.json
"""
EXPLAIN = """
npnet config explain learning_rate
npnet config explain layers.linear.units
npnet config explain optimizer
"""
GROUP = """
npnet config check circles.yaml
npnet config explain layers.linear
npnet config schema > npnet.schema.json
"""


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    family = group(app, "config", "Check, complete and explain configs.", GROUP)
    command(family, "check", CHECK, ignore_unknown_options=True)(check)
    command(family, "show", SHOW, ignore_unknown_options=True)(show)
    command(family, "schema", SCHEMA)(schema)
    command(family, "explain", EXPLAIN)(explain)


def check(here: Here, config: Config, overrides: Overrides = None) -> None:
    """Check a config, its data and its shapes, all that `npnet train` checks before it begins."""
    refuse_options([str(config), *(overrides or [])])
    from npnet.config import load
    from npnet.runner import prepare_run

    prepare_run(load(config, overrides or []))
    if here.json:
        here.screen.result_json({"config": str(config), "valid": True})
    else:
        here.screen.result(f"{config} can be trained")


def show(here: Here, config: Config, overrides: Overrides = None) -> None:
    """Print a config with every default filled in, as YAML that trains the same."""
    refuse_options([str(config), *(overrides or [])])
    from npnet.config import load
    from npnet.config.writer import plain_options, write_commented
    from npnet.experiment.resolved import without_final_activation

    experiment = load(config, overrides or []).experiment
    if here.json:
        here.screen.result_json(plain_options(experiment))
        return
    if experiment.loss and without_final_activation(experiment.layers, experiment.loss) != experiment.layers:
        here.screen.result(f"# {experiment.loss.link} is trained together with the loss, as one formula of raw scores")
    here.screen.result(write_commented(experiment))


def schema(here: Here) -> None:
    """Print the JSON Schema of configs, for completion and checks in an editor."""
    from npnet.config.schema import schema

    here.screen.result_json(schema())


def explain(
    here: Here,
    key: Annotated[str, typer.Argument(metavar="KEY", help="A dotted key; without one, all that there are.")] = "",
) -> None:
    """Say what a key means, what it takes and its default."""
    from npnet.config import Experiment
    from npnet.config.schema import explain

    text = explain(key) if key else "".join(f"{explain(name).splitlines()[0]}\n" for name in Experiment.model_fields)
    if here.json:
        here.screen.result_json({"key": key, "text": text})
    else:
        here.screen.result(text)
