"""The program that parses packed and binary files of tables: a process of its own, as their parsers may crash.

`npnet.data.readers.child_process` starts it by its path and without npnet, so that it starts fast. Arguments: the
format, the descriptor of the open file, the bytes of address space and the seconds of processor time that it may use,
and the options of the format as JSON. It first writes the layout of the file; then it answers each line of standard
input, which is JSON. Everything that it writes is a header, a line of JSON, perhaps with bytes below it. A header with
`error` is the last of its answer, and may have a `hint`.

A format of tables answers the list of [column, whether it must be text] with all rows in batches: a header with the
number of rows (null after the last batch), and for each column a header and its values. `texts` in that header lists
distinct texts, and the values are int32 codes of them, -1 where missing; else the values are float64, NaN where
missing.

A packed file answers [whether to begin again, the most bytes] with a header and the next bytes of its content: `bytes`
is their number, 0 at the end, and `at` how many bytes of the file were read for it so far.

Pictures, end to end in one file, answer [the number of the first] with a header and the pixels of each from there on:
`height`, `width` and `channels`, a byte for each value, row by row.
"""
