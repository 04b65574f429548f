"""What is recorded of the machine is there, cheap to find, and null where unknown."""

import json
import subprocess
import sys

from npnet.rundir.info import PACKAGES, git_commit, machine, versions

HEAVY = """
import sys
from npnet.rundir.info import machine, versions
versions(), machine()
print(sorted({"sklearn", "scipy", "pandas", "matplotlib"} & set(sys.modules)))
"""


def test_versions_are_found_without_importing_the_packages():
    assert set(versions()) == {"python", "npnet", *PACKAGES}
    assert all(versions().values())
    found = subprocess.run([sys.executable, "-c", HEAVY], capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout == "[]\n"


def test_the_machine_is_plain_data_with_the_blas_and_its_threads():
    facts = machine()
    assert json.loads(json.dumps(facts)) == facts
    assert facts["cores"] >= 1
    assert facts["cpu"]
    assert facts["blas"]["threads"] >= 1


def test_no_repository_no_folder_and_no_git_mean_no_commit(tmp_path, monkeypatch):
    assert git_commit(tmp_path) is None
    assert git_commit(tmp_path / "nowhere") is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_commit(tmp_path) is None
