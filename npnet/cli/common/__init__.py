"""What commands share: how one is declared, the options and files that several have, queries of runs."""
