"""`npnet sample`: a text that a run writes on."""

import sys
from typing import Annotated

import typer

from npnet.cli.common.commands import CommandContext, command
from npnet.cli.common.files import STDIO
from npnet.cli.common.options import Run
from npnet.errors import UsageError

SAMPLE = """
npnet sample latest --prompt 'She had'
npnet sample latest --prompt 'She had' --temperature 0.5 --top-k 10 --seed 3
npnet sample 20261122 --length 2000 > story.txt
tail -c 500 story.txt | npnet sample latest --prompt -
"""


@command("sample", SAMPLE)
def sample(
    context: CommandContext,
    run: Run,
    prompt: Annotated[
        str, typer.Option(metavar="TEXT", help="The text to continue; - reads standard input. Default: a new line.")
    ] = "",
    length: Annotated[int, typer.Option(metavar="N", help="How many characters, or bytes, to add.", min=1)] = 200,
    temperature: Annotated[
        float, typer.Option(metavar="T", help="Below 1 bets on the likely, above 1 on the unlikely; 0 takes the best.")
    ] = 0.8,
    top_k: Annotated[
        int | None, typer.Option(metavar="K", help="Draw only from the K most probable characters.", min=1)
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Another seed draws another text.", min=0)] = 0,
) -> None:
    """Continue a text with a run of the data set `text`, character by character, and print both.

    An ensemble draws from the mean of its probabilities, and a sweep is its best trial. The network sees as many of
    the last characters as the windows of its training have; a shorter prompt is the start of a window. The same seed
    draws the same text.
    """
    from npnet.rundir.run import best_trial_of, find
    from npnet.runner.text.network import TextNetwork
    from npnet.runner.text.sampling import SampleOptions, continued, prompted, unseen

    options, text = SampleOptions(temperature, top_k, seed), _read() if prompt == STDIO else prompt
    network, screen = TextNetwork.of(best_trial_of(find(context.runs_dir, run))), context.screen
    for warning in unseen(network, text):
        screen.warn(warning)
    start, codes = prompted(network, text)
    pieces = continued(network, codes, length, options)
    if context.json:
        screen.result_json({"prompt": start, "text": "".join(pieces), "seed": seed})
        return
    screen.result_part(start)
    for piece in pieces:
        screen.result_part(piece)
    screen.result_part("\n")


def _read() -> str:
    """Return the text of standard input; raise UsageError where it is a terminal."""
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
        raise UsageError("there is no text to continue on standard input", "send it one, or write --prompt TEXT")
    return sys.stdin.buffer.read().decode("utf-8-sig", "surrogateescape")
