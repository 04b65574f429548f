"""C: one header in C99 that allocates nothing."""

from collections.abc import Iterator

from npnet.export.c_code.columns import READERS, DateForms, reading_of, tables_of
from npnet.export.c_code.library import array, comment, functions_used, literal
from npnet.export.c_code.network import OF_ROWS, CNetwork, widest
from npnet.export.c_code.positions import AT_POSITIONS
from npnet.export.c_code.preparation import FEATURES, STEPS, CInputs
from npnet.export.document import Document, ExportedModel
from npnet.export.normal import CENTER, TAILS

LINKS = {"sigmoid": "sigmoid_of", "softmax": "softmax_of", "exp": "exp_of", "identity": "share_of"}
TRANSFORMS = ("log", "square_root")
LAYERS = {**OF_ROWS, **AT_POSITIONS}
OPERATIONS = {
    "layer": LAYERS,
    "option": (),
    "feature": FEATURES,
    "link": LINKS,
    "target_transform": TRANSFORMS,
    "reader": READERS,
    "step": STEPS,
    "date form": DateForms(),
    "text": (),
}
TITLE = """\
/* The network that npnet trained as {run}.

   Written by {written_by}. C99, allocates nothing; link with -lm.

   int npnet_predict(const char *const cells[NPNET_COLUMNS], double outputs[NPNET_OUTPUTS])
       reads the cells of a row, in the order of npnet_columns; NULL or "" is missing. Returns 0, or the number of the
       first column, from 1, whose cell cannot be read or is refused; -1 for a number too large next to its scale.
   int npnet_predict_values(const double values[NPNET_COLUMNS], double outputs[NPNET_OUTPUTS])
       the same of numbers, NAN where missing; dates are seconds since 1970 in UTC, texts the codes of npnet_read.

   outputs: {outputs}. A row without a prediction has NAN.
*/
"""
TYPES = """\
typedef {real} npnet_real;

typedef struct {{
    const char *start;
    size_t length;
}} npnet_text;

typedef struct {{
    const char *decimal;
    const char *const *thousands, *const *units, *const *blanks;
    int india, percent, truths, lossy;
}} npnet_style;

typedef struct {{
    const char *const *texts;
    size_t count;
    const double *numbers;
    size_t numbers_count;
}} npnet_missing;

typedef struct {{
    const char *const *texts;
    size_t count;
    const double *numbers;
    const int *places;
    size_t numbers_count;
    int truths[2], are_truths;
}} npnet_texts;

typedef struct {{
    long size[2], count[2], kernel[2], stride[2], low[2], dilation[2];
}} npnet_windows;
"""
PREDICT = """\
static inline int npnet_predict(const char *const cells[NPNET_COLUMNS], double outputs[NPNET_OUTPUTS])
{
    double values[NPNET_COLUMNS];
    int refused = npnet_read(cells, values);
    return refused ? refused : npnet_predict_values(values, outputs);
}
"""


def render(document: Document) -> bytes:
    """Return the header."""
    networks = "\n".join(CNetwork(document, number, LAYERS).function() for number in range(len(document.models)))
    inputs = "\n".join(CInputs(document, fold, number).code for number, fold in enumerate(document.preparations))
    own = [
        tables_of(document),
        inputs,
        networks,
        reading_of(document),
        _predict_values(document),
        _label(document),
        PREDICT,
    ]
    library = "\n".join(functions_used("\n".join(own)))
    deviates = [_polynomials("center", CENTER), _polynomials("tails", TAILS)] if "npnet_deviate" in library else []
    origin, real = document.origin, "float" if document.dtype == "float32" else "double"
    title = TITLE.format(run=origin.shown_run, written_by=origin.written_by, outputs=comment(_outputs(document)))
    guard = ["#ifndef NPNET_EXPORT_H", "#define NPNET_EXPORT_H", "", "#include <math.h>", "#include <stddef.h>"]
    head = "\n".join([*guard, "#include <stdlib.h>", "#include <string.h>", "", *_sizes(document), ""])
    tables, *rest = own
    return "\n".join([title, head, TYPES.format(real=real), *deviates, tables, library, *rest, "#endif\n"]).encode()


def _polynomials(name: str, pair: tuple[tuple[float, ...], ...]) -> str:
    rows = ",\n".join(f"    {{{', '.join(map(repr, one))}}}" for one in pair)
    return f"static const double npnet_{name}[2][8] = {{\n{rows}\n}};\n"


def _sizes(document: Document) -> Iterator[str]:
    output = document.output
    yield f"#define NPNET_COLUMNS {len(document.columns)}"
    yield f"#define NPNET_OUTPUTS {_count(document)}"
    yield f"#define NPNET_WIDEST {widest(document)} /* values between two layers */"
    yield "#define NPNET_DIGITS 40 /* of a number that is read; those behind are cut off */"
    yield ""
    yield array("char *const", "npnet_columns", [literal(column.name) for column in document.columns])
    if output.classes:
        yield array("char *const", "npnet_classes", [literal(name) for name in output.classes])


def _count(document: Document) -> int:
    output = document.output
    return len(output.classes) or len(output.targets) * max(len(output.quantiles), 1)


def _outputs(document: Document) -> str:
    """Return what the outputs are, in words."""
    output = document.output
    if output.task == "multilabel":
        return f"the probabilities of {', '.join(output.targets)}"
    if not output.has_values:
        return f"the probabilities of {', '.join(output.classes)}; npnet_label(outputs) is the prediction"
    if not output.quantiles:
        return f"the values of {', '.join(output.targets)}"
    quantiles = ", ".join(f"{q:g}" for q in output.quantiles)
    middle = f"the prediction is number {output.middle} of them, from 0"
    return f"the quantiles {quantiles} of {', each of '.join(output.targets)}; {middle}"


def _predict_values(document: Document) -> str:
    """Return the function from values to outputs."""
    output, scores = document.output, document.scores
    start = scores - 1 if output.task == "binary" else 0
    count = 1 if output.task == "binary" else _count(document)
    lines = ["size_t i;", f"double y[{scores}];"]
    for fold, preparation in enumerate(document.preparations):
        lines.append(f"npnet_real x{fold}[{len(preparation.order)}];")
    lines.append("int refused;")
    lines.append("for (i = 0; i < NPNET_OUTPUTS; i++) outputs[i] = 0.0;")
    for fold, preparation in enumerate(document.preparations):
        lines.append(f"if ((refused = npnet_inputs_{fold}(values, x{fold})) != 0) return refused;")
        lines.append(f"for (i = 0; i < {len(preparation.order)}; i++)")
        lines.append(f"    if (!isfinite(x{fold}[i])) return -1;")
    for number, model in enumerate(document.models):
        lines.append(f"npnet_network_{number}(x{model.fold}, y);")
        lines += _output_of(document, model)
        lines.append(f"for (i = 0; i < {count}; i++) outputs[i] += y[i + {start}] / {len(document.models)}.0;")
    if output.temperature != 1:
        together = int(output.task == "multiclass")
        lines.append(f"npnet_calibrate(outputs, {count}, {output.temperature!r}, {together});")
    if output.task == "binary":
        lines += ["outputs[1] = outputs[0];", "outputs[0] = 1.0 - outputs[1];"]
    lines += ["for (i = 0; i < NPNET_OUTPUTS; i++)", "    if (!isfinite(outputs[i])) outputs[i] = NAN;", "return 0;"]
    head = "static inline int npnet_predict_values(const double values[NPNET_COLUMNS], double outputs[NPNET_OUTPUTS])"
    return f"{head}\n{{\n" + "".join(f"    {line}\n" for line in lines) + "}\n"


def _output_of(document: Document, model: ExportedModel) -> Iterator[str]:
    """Yield the statements from the scores of a model to its outputs."""
    output, scores = document.output, document.scores
    if not output.has_values or output.link != "identity":
        yield f"npnet_{LINKS[output.link]}(y, {scores});"
    if not output.has_values:
        return
    several = max(len(output.quantiles), 1)
    for number in range(len(output.targets)):
        y = f"y + {number * several}"
        if output.scales:
            unit = output.scales[model.fold]
            yield f"npnet_unscale({y}, {unit.mean[number]!r}, {unit.scale[number]!r}, {several});"
        means = model.smearing[number] if model.smearing is not None else None
        if output.transform == "log":
            yield f"npnet_undo_log({y}, {means[0] if means else 1.0!r}, {several});"
        if output.transform == "square_root":
            mean, square = means or (0.0, 0.0)
            yield f"npnet_undo_square_root({y}, {mean!r}, {square!r}, {several});"
        if several > 1:
            yield f"npnet_sort({y}, {several});"


def _label(document: Document) -> str:
    """Return the function that decides between classes."""
    output = document.output
    if output.task not in ("binary", "multiclass"):
        return ""
    if output.task == "binary":
        body = [f"return isnan(outputs[0]) ? NULL : npnet_classes[outputs[1] > {output.threshold!r}];"]
    else:
        body = [
            "size_t i, best = 0;",
            "for (i = 0; i < NPNET_OUTPUTS; i++) {",
            "    if (isnan(outputs[i])) return NULL;",
        ]
        body += ["    if (outputs[i] > outputs[best]) best = i;", "}", "return npnet_classes[best];"]
    head = "static inline const char *npnet_label(const double outputs[NPNET_OUTPUTS])"
    return f"{head}\n{{\n" + "".join(f"    {line}\n" for line in body) + "}\n"
