"""A disk that remembers, beside what programs see, what a loss of power would leave of it.

The data of a file last once it was synced, its name once its folder was; that is all that POSIX promises. Between
the two a disk may have written what it liked: it may know a new name and none of the data, or half of a write.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tests.faults.operations import Operation

TORN = (1, 512, 4096)  # a byte, a sector, a page


@dataclass(eq=False)
class File:
    """A file: what programs read in it, and what has been synced."""

    data: bytes = b""
    synced: bytes = b""


@dataclass(frozen=True)
class Link:
    """A symbolic link, which is written with its name."""

    target: str


@dataclass(eq=False)
class Folder:
    """A folder: the names that programs see in it, and those that have been synced."""

    entries: "dict[str, Node]" = field(default_factory=dict)
    synced: "dict[str, Node]" = field(default_factory=dict)


Node = File | Folder | Link
Content = bytes | Link | None  # of a file, of a link, of a folder
State = Mapping[str, Content]  # by path; those of a folder before those in it


class Disk:
    """A disk on which operations are done one after another."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        nodes: dict[str, Node] = {name: File(data, data) for name, data in files.items()}
        self.root = Folder(nodes, dict(nodes))
        self.last: tuple[File, Operation] | None = None

    def do(self, operation: Operation) -> None:
        """Change the disk as an operation did; of `last`, the last write, nothing is synced yet."""
        path = operation.paths[-1]
        match operation.name:
            case "open" | "empty" if path.split("/")[-1] not in self._folder(path).entries:
                self._name(path, File())
            case "empty":
                self._file(path).data = b""
            case "write":
                self._write(self._file(path), operation)
            case "cut":
                file = self._file(path)
                file.data = file.data[: operation.offset].ljust(operation.offset, b"\0")
            case "sync file":
                file = self._file(path)
                file.synced = file.data
                self.last = None if self.last and self.last[0] is file else self.last
            case "sync folder":
                folder = self._node(path)
                assert isinstance(folder, Folder)
                folder.synced = dict(folder.entries)
            case "sync":
                _sync(self.root)
                self.last = None
            case "mkdir":
                self._name(path, Folder())
            case "symlink":
                self._name(path, Link(operation.data.decode()))
            case "rename":
                self._name(path, self._unname(operation.paths[0]))
            case "unlink" | "rmdir":
                self._unname(path)

    def _write(self, file: File, operation: Operation) -> None:
        at, data = operation.offset, operation.data
        file.data = file.data[:at].ljust(at, b"\0") + data + file.data[at + len(data) :]
        self.last = file, operation

    def _node(self, path: str) -> Node:
        node: Node = self.root
        for name in PurePosixPath(path).parts:
            assert isinstance(node, Folder)
            node = node.entries[name]
        return node

    def _file(self, path: str) -> File:
        node = self._node(path)
        assert isinstance(node, File)
        return node

    def _folder(self, path: str) -> Folder:
        node = self._node(str(PurePosixPath(path).parent))
        assert isinstance(node, Folder)
        return node

    def _name(self, path: str, node: Node) -> None:
        self._folder(path).entries[PurePosixPath(path).name] = node

    def _unname(self, path: str) -> Node:
        return self._folder(path).entries.pop(PurePosixPath(path).name)

    # What a loss of power leaves

    def states(self) -> Iterator[tuple[str, State]]:
        """Yield each possible state of the disk after a loss of power now, and how it came about."""
        yield "all was written", self.seen()
        yield "only what was synced was written", self.synced()
        yield "names were written, data that were not synced were not", _tree(self.root, data=True)
        yield "data were written, names that were not synced were not", _tree(self.root, names=True)
        if self.last is not None:
            file, write = self.last
            for size in (size for size in TORN if size < len(write.data)):
                torn = file, file.data[: write.offset + size]
                yield f"the last write was torn at {size} bytes", _tree(self.root, torn=torn)

    def keeps(self, path: str) -> bool:
        """Whether a file, and its name in its folder, would outlast a loss of power as they are."""
        name = PurePosixPath(path).name
        folder, file = self._folder(path), self._file(path)
        return folder.synced.get(name) is file and file.synced == file.data

    def seen(self) -> State:
        """Return the files that programs see."""
        return _tree(self.root)

    def synced(self) -> State:
        """Return the files that survive any loss of power."""
        return _tree(self.root, names=True, data=True)


def _sync(folder: Folder) -> None:
    folder.synced = dict(folder.entries)
    for node in folder.entries.values():
        if isinstance(node, Folder):
            _sync(node)
        if isinstance(node, File):
            node.synced = node.data


def _tree(
    folder: Folder, above: str = "", *, names: bool = False, data: bool = False, torn: tuple[File, bytes] | None = None
) -> dict[str, Content]:
    """All paths beneath a folder: where asked for, only synced names, only synced data, or one file as it is torn."""
    found: dict[str, Content] = {}
    for name, node in (folder.synced if names else folder.entries).items():
        match node:
            case Folder():
                found[above + name] = None
                found |= _tree(node, f"{above}{name}/", names=names, data=data, torn=torn)
            case File():
                whole = node.synced if data else node.data
                found[above + name] = torn[1] if torn and torn[0] is node else whole
            case Link():
                found[above + name] = node
    return found


def put(state: State, place: Path) -> None:
    """Make an empty folder what a state says."""
    for name, content in state.items():
        match content:
            case None:
                (place / name).mkdir()
            case Link():
                (place / name).symlink_to(content.target)
            case _:
                (place / name).write_bytes(content)
