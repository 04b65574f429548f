"""Run the program. The packages above it are stand-ins, as they would import what it does not need."""

import sys
from pathlib import Path
from types import ModuleType

if __name__ == "__main__":
    for depth, name in enumerate(("npnet.data.readers", "npnet.data", "npnet"), 1):
        package = ModuleType(name)
        package.__path__ = [str(Path(__file__).parents[depth])]
        sys.modules[name] = package
    from npnet.data.readers.child.program import main

    main()
