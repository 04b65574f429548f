"""`npnet export`: a run as a model in the formats of others."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from npnet.cli.common.commands import CommandContext, command
from npnet.cli.common.files import OTHER, STDIO, OutputFile, destination
from npnet.cli.common.options import Force, Output, Run
from npnet.errors import UsageError
from npnet.text import escaped

if TYPE_CHECKING:
    from npnet.export.targets import Files
    from npnet.rundir.run import RunFolder

TO = ("onnx", "numpy", "torch", "c", "json")
WORDS = "onnx, numpy, torch, c or json"
EXPORT = """
npnet export latest --to onnx
npnet export latest --to numpy -o circles
npnet export 20261122-1415 --to c -o circles.h
npnet export SWEEP --to json -o - | jq .layers
"""


@command("export", EXPORT)
def export(
    context: CommandContext,
    run: Run,
    to: Annotated[str, typer.Option("--to", metavar="TARGET", help=f"{WORDS}.")],
    output: Output = None,
    force: Force = False,
) -> None:
    """Write a run as an ONNX graph, a NumPy or PyTorch program, a C header or JSON; prints its path.

    An export reads the columns of the table as they are: it fills gaps, scales, averages over all models and
    calibrates as npnet predict does. numpy and torch are folders with a program and its weights. Without -o an export
    goes into the current folder under the name of the run. It may replace an export; anything else is replaced only
    with -f, and a folder never. A sweep exports its best trial.
    """
    if to not in TO:
        raise UsageError(f"--to accepts {WORDS}, not {escaped(to)}", _hint(to))
    from npnet.export.exporting import exported
    from npnet.rundir.run import best_trial_of, find

    found = best_trial_of(find(context.runs_dir, run))
    target = _destination(found, to, output, force)
    made = exported(found, to)
    for warning in made.warnings:
        context.screen.warn(warning)
    for note in made.notes:
        context.screen.info(note)
    if target is None and isinstance(made.files, bytes):
        context.screen.result(made.files.decode())
    elif target is not None:
        _write(target, made.files)
        if context.json:
            context.screen.result_json({"path": str(target.path), "target": to, "notes": made.notes})
        else:
            context.screen.result(str(target.path))


def _hint(to: str) -> str:
    from npnet.registry import nearest

    near = nearest(to, list(TO))
    return f"did you mean {near}?" if near else f"write {WORDS}"


def _destination(run: "RunFolder", to: str, output: str | None, force: bool) -> OutputFile | None:
    """Return where an export goes, None for standard output; raise UsageError where it may not go there."""
    from npnet.export.targets import TARGETS
    from npnet.export.writing import default_name, is_export
    from npnet.rundir.names import owner
    from npnet.rundir.restore import data_files

    target = TARGETS[to]
    if output == STDIO and not target.is_text:
        what = "a folder" if not target.suffix else "no text"
        raise UsageError(f"--to {to} is {what}, which standard output cannot hold", f"-o NAME{target.suffix} writes it")
    name = default_name(str(run.info["name"]), to, target.suffix) if output is None else output
    if target.suffix or name in ("", STDIO):
        return destination(name, force or is_export(Path(name)), list(data_files(run).values()), [run])
    file = OutputFile(Path(name), force=False)
    if is_export(file.path) or (file.path.is_dir() and not any(file.path.iterdir())):
        return file
    if owner(file.path) is None and (file.path.is_dir() or file.path.is_file()):
        what = "a folder of other files" if file.path.is_dir() else f"a file, and --to {to} writes a folder"
        raise UsageError(f"{name} is {what}", "-o FOLDER writes another folder")
    file.require_free()
    return file


def _write(target: OutputFile, files: "Files") -> None:
    """Write a file or a folder, whole or not at all."""
    from npnet.storage.disk import write_folder

    if isinstance(files, bytes):
        target.write([files])
    else:
        write_folder(target.path, files, OTHER)
