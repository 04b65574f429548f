"""A config proposed for a folder of pictures: their size, and a small network of convolutions."""

from pathlib import Path

from npnet.config.loaded import load_alone
from npnet.config.writer import moved_path
from npnet.data.datasets.images import CLASS
from npnet.data.datasets.targets import Target
from npnet.data.images.decoding import Pixels, decoded
from npnet.data.images.files import ListedPictures, class_folders
from npnet.errors import DataError
from npnet.runner.proposal import Proposal
from npnet.text import as_yaml, listed, one_line

SAMPLE = 200  # pictures whose size is looked at
SMALL, USUAL = 64, 32  # pixels of a side: pictures up to the first keep their size, others get the second
FILTERS = (16, 32, 64)
SHOWN = 5


def propose_images(path: str, folder: Path) -> Proposal:
    """Propose the config for a folder of pictures, to be written into another folder.

    Raise DataError where the folder has no two folders of pictures, or none of them can be read.
    """
    found = class_folders(Path(path), path, CLASS)
    Target.infer(found.targets, (CLASS,), "classification")
    sample = found.files[:: -(-len(found.files) // SAMPLE)]
    try:
        pixels = decoded(sample, None, None, drop=True)
        size = None if max(pixels.pixels.shape[1:3]) <= SMALL else USUAL
    except DataError:  # of several sizes, or large
        size = USUAL
        pixels = decoded(sample, (USUAL, USUAL), None, drop=True)
    text = "\n".join([*_head(found, pixels.pixels), *_data(path, folder, size), *_network(pixels.pixels), ""])
    load_alone(Path("images.yaml"), text.encode())
    notes = (f"all pictures are resized to {size} x {size} pixels; size: in the config changes that",) if size else ()
    return Proposal(text, (), (*found.notes, *notes), pixels.unreadable)


def _head(found: ListedPictures, pixels: Pixels) -> list[str]:
    counts = found.targets.columns[CLASS].level_counts()
    classes = listed((f"{name} ({count})" for name, count in sorted(counts.items())), SHOWN)
    kind = "in gray" if pixels.shape[3] == 1 else "in colour"
    return [one_line(f"# {len(found.files)} pictures {kind} of {len(counts)} classes: {classes}")]


def _data(path: str, folder: Path, size: int | None) -> list[str]:
    where = as_yaml(moved_path(path.rstrip("/") or path, Path.cwd(), folder))
    resized = (
        f"size: {size}      # all pictures are resized to {size} x {size}" if size else "# size: 32    # resizes all"
    )
    return ["dataset:", "  images:", f"    path: {where}", f"    {resized}"]


def _network(pixels: Pixels) -> list[str]:
    """Return layers that halve the sides while they are 8 pixels or more."""
    lines, side = ["", "layers:"], min(pixels.shape[1:3])
    for filters in FILTERS:
        lines += [f"  - conv2d: {{filters: {filters}, padding: same}}", "  - batch_norm", "  - relu"]
        if side >= 8:
            lines.append("  - max_pool: 2           # half as many pixels along each side")
            side //= 2
    return [
        *lines,
        "  - flatten",
        "  - dropout: 0.3",
        "  - linear                # a score for each class",
        "",
        "# augment: {flip: horizontal, shift: 2}   # changes of training pictures that keep their class",
        "optimizer: adamw",
        "learning_rate: 0.003",
        "schedule: one_cycle",
        "epochs: 30",
        "batch_size: 64",
        "metrics: [accuracy]",
    ]
