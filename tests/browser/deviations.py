"""Print the largest deviations of the page's engine from NumPy, as docs/report.md has them."""

from tests.browser.cases import Case, cases, run
from tests.browser.chromium import chromium, with_scripts

COLUMNS = {"scores": "scores", "loss": "loss", "grad": "gradient", "theta": "parameters after 50 steps"}


def main() -> None:
    """Print a table: of each layer, loss and optimizer the largest deviation of each array."""
    print(f"| kind | name | {' | '.join(COLUMNS.values())} |")
    print(f"|---|---|{'---:|' * len(COLUMNS)}")
    with chromium() as browser:
        page = with_scripts(browser, "engine")
        for case in cases():
            print(line(case, run(case, page)))


def line(case: Case, found: dict[str, float]) -> str:
    """Return a row of the table."""
    return f"| {case.kind} | {case.name} | {' | '.join(f'{found[name]:.0e}' for name in COLUMNS)} |"


if __name__ == "__main__":
    main()
