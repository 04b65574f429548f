"""A catalogue of hostile files, each with the command that reads it and the exit code that it must give."""

import pickle
from collections.abc import Iterator

from tests.faults.forging import entry, header_of, signed
from tests.faults.hostile import (
    PAYLOAD,
    Bomb,
    Change,
    Hostile,
    based_on_a_loop,
    config,
    edited,
    in_place_of,
    linked,
    loop,
    packed,
    pipe,
    untouched,
    with_field,
    written,
    zipped,
)

PREDICT = ("predict", "run", "table.csv")
SHOW = ("runs", "show", "run")
DIFFER = ("runs", "diff", "run", "run")
EVALUATE = ("evaluate", "run")
TRAIN = ("train", "case.yaml", "--no-plots")


def catalogue() -> Iterator[Hostile]:
    """All entries."""
    for name, text in CONFIGS.items():
        yield Hostile(f"config: {name}", written("case.yaml", text), TRAIN, (3,))
    for name, data in WEIGHTS.items():
        yield Hostile(f"weights: {name}", written("run/weights.safetensors", data), PREDICT)
    for name, (field, value) in FIELDS.items():
        yield Hostile(f"run.json: {name}", with_field("run/run.json", field, value), SHOW)
    for name, (file, text, words) in FILES.items():
        yield Hostile(f"{file}: {name}", written(f"run/{file}", text), words, (5,))
    for name, (old, new) in RESOLVED.items():
        yield Hostile(f"resolved.yaml: {name}", edited("run/resolved.yaml", old, new), PREDICT)
    for name, (change, words) in LINKS.items():
        yield Hostile(f"links: {name}", change, words, (3, 6) if words == TRAIN else (5,))
    for number, text in enumerate(NAMES):
        yield Hostile(f"id {number}: {text[:30]!a}", untouched, ("runs", "show", "--", text))
        yield Hostile(f"removed id {number}: {text[:30]!a}", untouched, ("runs", "rm", "--", text))


LAUGHS = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
CONFIGS: dict[str, bytes | str] = {
    "a call by tag": config(f"name: !!python/object/apply:os.system ['{PAYLOAD}']"),
    "a new object by tag": config(f"name: !!python/object/new:subprocess.Popen [['sh', '-c', '{PAYLOAD}']]"),
    "a module by tag": config("name: !!python/module:os"),
    "a name by tag": config("name: !!python/name:os.system"),
    "a tuple by tag": config("tags: !!python/tuple [1, 2]"),
    "a tag of one's own": config("name: !mine x"),
    "a timestamp that is none": config("epochs: !!timestamp xx"),
    "a binary by tag": config("name: !!binary AAAA"),
    "a target to instantiate": config(f"_target_: os.system\ncommand: {PAYLOAD}"),
    "a target in a layer": config("loss: {_target_: os.system}"),
    "a loss by its path": config("loss: os.system"),
    "a variable of the environment": config("epochs: ${oc.env:HOME}"),
    "a template": config("epochs: '{{ 7 * 7 }}'"),
    "a billion laughs": LAUGHS,
    "a merge key": config("optimizer: {<<: {adam: {}}}"),
    "an alias of itself": config("extra: &a [*a]"),
    "brackets without end": "[" * 200_000,
    "braces without end": "{a: " * 50_000,
    "dashes without end": "- " * 100_000,
    "blocks nested a thousand levels": "".join(f"{' ' * n}a:\n" for n in range(700)),
    "more values than are taken": "a: [" + "1," * 20_000 + "]",
    "larger than is taken": "# " + "x" * 300_000,
    "a number of 5,000 digits": config("epochs: " + "9" * 5_000),
    "a number beyond floats": config("learning_rate: 1e999"),
    "no number": config("learning_rate: .nan"),
    "infinity": config("learning_rate: -.inf"),
    "a negative size": config("batch_size: -1"),
    "true as a number": config("epochs: true"),
    "a size beyond memory": config("batch_size: 1000000000000"),
    "units beyond memory": config("").replace("linear: 3", "linear: 1000000000000"),
    "an ensemble beyond memory": config("ensemble: 1000000000"),
    "a million layers": config("").replace("[{linear", "[" + "tanh," * 60_000 + "{linear"),
    "a duplicate key": config("epochs: 1\nepochs: 2"),
    "a duplicate key within": config("optimizer: {adam: {beta1: 0.1, beta1: 0.2}}"),
    "a key of control characters": config('"\\e]0;x\\a": 1'),
    "a key of markup": config('"[/red][link=file:///etc/passwd]x": 1'),
    "a key of 10,000 signs": config("k" * 1_000 + ": 1"),
    "a key that reverses text": config('"\\u202Etxt.exe": 1'),
    "a list as key": config("? [a, b]\n: 1"),
    "a NUL by escape": config('name: "a\\0b"'),
    "half a surrogate pair": config('name: "\\ud800"'),
    "a NUL": config("epochs: 1").encode() + b"\0",
    "bytes of no UTF-8": config("").encode() + b"name: \xff\xfe\n",
    "UTF-16": config("").encode("utf-16"),
    "a program": b"\x7fELF" + bytes(range(256)) * 20,
    "a zip file": zipped(),
    "a pickle": pickle.dumps(Bomb()),
    "nothing": "",
    "a word": "hello",
    "two documents": config("---\na: 1"),
    "a tab": "layers:\n\t- linear\n",
    "an unclosed quote": config("name: 'x"),
    "a base that is itself": config("extends: case.yaml"),
    "a base that is a folder": config("extends: /etc"),
    "a base that is a device": config("extends: /dev/zero"),
    "a base that is no config": config("extends: /etc/passwd"),
    "a base that is missing": config("extends: ../../../../nothing"),
    "a base with a NUL": config('extends: "a\\0b"'),
}

FLOAT = b"\0\0\x80?"
WEIGHTS: dict[str, bytes] = {
    "nothing": b"",
    "a pickle": pickle.dumps(Bomb()),
    "a pickle of an old protocol": pickle.dumps(Bomb(), 0),
    "an .npz with a pickle": packed(Bomb()),
    "a zip bomb": zipped(),
    "zeros": bytes(10_000),
    "a header of 2^63": (2**63).to_bytes(8, "little") + b"{}",
    "a header of 1 GiB": (2**30).to_bytes(8, "little") + b"{}",
    "a header longer than the file": (5_000).to_bytes(8, "little") + b"{}",
    "a newer format": signed(header_of("").replace(b'"format":"1"', b'"format":"2"')),
    "a file of nothing": signed(header_of("")),
    "another network": signed(header_of(entry([1], [0, 4])), FLOAT),
    "a duplicate tensor": signed(header_of(entry([1], [0, 4]) * 2), FLOAT),
    "a duplicate key": signed(header_of("", ',"a":"1","a":"2"')),
    "deep nesting": signed(header_of(',"a":' + "[" * 100_000)),
    "NaN as a literal": signed(header_of(',"a":NaN')),
    "a size of 5,000 digits": signed(header_of(entry([1], [0, 4]).replace("[1]", f"[{'9' * 5_000}]"))),
    "400 TB": signed(header_of(entry([10**14], [0, 4 * 10**14])), FLOAT),
    "an overflowing product": signed(header_of(entry([2**32, 2**32], [0, 0]))),
    "a negative size": signed(header_of(entry([-1], [0, 4])), FLOAT),
    "a gap": signed(header_of(entry([1], [4, 8])), FLOAT * 2),
    "an overlap": signed(header_of(entry([1], [0, 4]) + entry([1], [0, 4], name="b")), FLOAT),
    "objects": signed(header_of(entry([1], [0, 4], "O")), FLOAT),
    "a path in a tensor": signed(header_of(entry([1], [0, 4], path="/etc/passwd")), FLOAT),
    "a name of control characters": signed(header_of(entry([1], [0, 4], "?", name="\x1b]0;x\x07")), FLOAT),
    "no number": signed(header_of(entry([1], [0, 4])), b"\0\0\xc0\x7f"),
}

FIELDS: dict[str, tuple[str, object]] = {
    "a newer format": ("format", 3),
    "a format that is text": ("format", "1"),
    "a format of true": ("format", True),
    "a status that is none": ("status", "\x1b[31mdone"),
    "a status that is a list": ("status", []),
    "tags that are a text": ("tags", "x"),
    "tags that hold numbers": ("tags", [1]),
    "words that hold objects": ("argv", [{}]),
    "an id that is a number": ("id", 7),
    "a name that is missing": ("name", None),
    "a best epoch that is text": ("best_epoch", "7"),
    "versions that are a list": ("versions", []),
}

FILES: dict[str, tuple[str, bytes | str, tuple[str, ...]]] = {
    "no JSON": ("run.json", "}{", SHOW),
    "a list": ("run.json", "[]", SHOW),
    "a duplicate key": ("run.json", '{"format": 1, "format": 1}', SHOW),
    "NaN": ("run.json", '{"format": NaN}', SHOW),
    "a number of 5,000 digits": ("run.json", '{"format": ' + "9" * 5_000 + "}", SHOW),
    "nested deeply": ("run.json", '{"format": ' + "[" * 100_000, SHOW),
    "larger than is taken": ("run.json", " " * 2_000_000, SHOW),
    "no UTF-8": ("run.json", b'{"format": "\xff"}', SHOW),
    "scores that are text": ("metrics.json", '{"test": {"loss": "0"}}', DIFFER),
    "parts that are lists": ("metrics.json", '{"test": []}', DIFFER),
    "a number beyond floats": ("metrics.json", '{"test": {"loss": 1e999}}', DIFFER),
    "no numbers": ("history.csv", "epoch,train_loss\n1,x\n", ("plot", "run", "history")),
    "rows of other lengths": ("history.csv", "epoch,train_loss\n1,2,3\n", ("plot", "run", "history")),
    "a NUL among numbers": ("history.csv", b"epoch,train_loss\n1,\0\n", ("plot", "run", "history")),
    "nothing": ("resolved.yaml", "", PREDICT),
}

RESOLVED: dict[str, tuple[str, str]] = {
    "a tag": ("epochs: 2", f"epochs: 2\nname: !!python/object/apply:os.system ['{PAYLOAD}']"),
    "a base": ("epochs: 2", "epochs: 2\nextends: ../small.yaml"),
    "another network's": ("units: 3", "units: 7"),
    "units beyond all bounds": ("units: 3", "units: 1000000000"),
    "units beyond memory": ("units: 3", "units: 10000000"),
    "networks beyond memory": ("ensemble: 1", "ensemble: 100000"),
    "a loss by its path": ("binary_cross_entropy", "os.system"),
}

LINKS: dict[str, tuple[Change, tuple[str, ...]]] = {
    "run.json elsewhere": (linked("run.json", "../aside"), SHOW),
    "run.json to a device": (linked("run.json", "/dev/zero"), SHOW),
    "metrics to a file of the system": (linked("metrics.json", "/etc/passwd"), DIFFER),
    "metrics to a canary": (linked("metrics.json", "../../canary"), DIFFER),
    "weights to the canary": (linked("weights.safetensors", "../../canary"), PREDICT),
    "weights to a device": (linked("weights.safetensors", "/dev/zero"), PREDICT),
    "weights to nothing": (linked("weights.safetensors", "/nothing/there"), PREDICT),
    "a config to itself": (loop("case.yaml"), TRAIN),
    "a base that is a link to itself": (based_on_a_loop, TRAIN),
    "weights to themselves": (linked("weights.safetensors", "weights.safetensors"), PREDICT),
    "a hard link to the canary": (linked("weights.safetensors", "../canary", hard=True), PREDICT),
    "a hard link for run.json": (linked("run.json", "aside", hard=True), SHOW),
    "a config to a file of the system": (linked("resolved.yaml", "/etc/passwd"), PREDICT),
    "plots in a folder of another": (linked("plots", "../../kept"), ("plot", "run", "history")),
    "a lock that is the canary": (linked("LOCK", "../../canary"), ("runs", "tag", "run", "x")),
    "a lock that is a device": (linked("LOCK", "/dev/null"), ("runs", "rm", "run")),
    "weights that are a pipe": (pipe("run/weights.safetensors"), PREDICT),
    "run.json that is a pipe": (pipe("run/run.json"), SHOW),
    "metrics that are a pipe": (pipe("run/metrics.json"), DIFFER),
    "a config that is a pipe": (pipe("case.yaml"), TRAIN),
    "a resolved config that is a pipe": (pipe("run/resolved.yaml"), PREDICT),
    "weights that are a folder": (in_place_of("run/weights.safetensors"), PREDICT),
    "metrics that are a folder": (in_place_of("run/metrics.json"), DIFFER),
    "a resolved config that is a folder": (in_place_of("run/resolved.yaml"), PREDICT),
}

NAMES = (
    *("..", "../..", "../canary", "/etc/passwd", "/dev/zero", "..%2f..%2fcanary", "%2e%2e/canary", "..\\canary"),
    *("", " ", "a\0b", "\x1b]0;x\x07", "[/red]", "[link=file:///etc]x", "$(touch ../pwned)", "`id`", "-rf", "--help"),
    *(
        "x" * 300,
        "x" * 10_000,
        "\u202etxt",
        "*",
        "?",
        "~",
        "~root",
        "CON",
        "a;b",
        "a|b",
        "a\nb",
        ".hidden",
        "run/../..",
    ),
    *("\ud800", "../../../../../../../../etc", "file:///etc/passwd", "http://[::1]/x", "=cmd()", "latest/..", "kept"),
)
