"""The stub of npnet: the names that `import npnet` has, with the signature of every layer."""

from collections.abc import Iterator
from inspect import cleandoc

from npnet.api.arguments import LAYERS, parameters_of
from npnet.nn.layer import Layer, layers

HEAD = '''"""Neural networks from the command line and from Python, on an engine written in NumPy alone."""

# ruff: noqa
# `python -m docs.generate` writes this file from the layers that are registered.
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

{names}
from npnet.api.arguments import SizedLayer
from npnet.spec import Spec

__version__: str

_Named: TypeAlias = str | Mapping[str, Any] | Spec
'''


def stub() -> str:
    """Return the text of npnet/__init__.pyi."""
    from npnet import api, estimators

    known = {"api": api.__all__, "estimators": estimators.__all__}
    pairs = [(module, name) for module, names in known.items() for name in names if name != "LAYERS"]
    names = "\n".join(f"from npnet.{module} import {name} as {name}" for module, name in pairs)
    return "\n".join([HEAD.format(names=names), *_functions()])


def _functions() -> Iterator[str]:
    specs = {spec.__name__: spec for spec in layers.values()}
    for name in LAYERS:
        first = cleandoc(specs[name].__doc__ or "").partition("\n")[0]
        size = "int" if specs[name].main_option() is None or name == "Linear" else "Any"
        arguments = [f"*sizes: {size}", *_options(specs[name])]
        line = f"def {name}({', '.join(arguments)}) -> SizedLayer:"
        if len(line) > 120:
            inside = f"    {', '.join(arguments)}\n"
            if len(inside) > 121:
                inside = "".join(f"    {one},\n" for one in arguments)
            line = f"def {name}(\n{inside}) -> SizedLayer:"
        yield f'{line}\n    """{first}"""\n'


def _options(spec: type[Layer]) -> Iterator[str]:
    for parameter in parameters_of(spec):
        given = parameter.default is not parameter.empty  # else the main option, which goes without its name too
        default = f" = {parameter.default!r}" if given else " = ..."
        yield f"{parameter.name}: {parameter.annotation}{default}".replace("'", '"')
