"""strace: whether it can be used here."""

import os
import subprocess


def why_not() -> str:
    """Why nothing can be traced on this machine; empty where it can."""
    try:
        tried = subprocess.run(["strace", "-qq", "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "strace is not installed"
    return "" if tried.returncode == 0 else f"strace cannot trace here: {tried.stderr.strip()}"
