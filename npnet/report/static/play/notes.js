/* What the page says of a table that it has read: columns and rows that it leaves out, and how it reads the others. */
"use strict";

const playNotes = (() => {
  const { counted, plain } = networkElements;
  const NAMED = 3; // of the texts of a column that a note names

  /** Return the notes on a table: on all of its `every` columns, on those that are `usable`, and on those that are `shown`. */
  function of(every, usable, shown, style) {
    const left = every.filter(({ reason }) => reason);
    const notes = left.map(({ name, reason }) => `${name ? plain(name) : "A column"} is left out: ${reason}.`);
    if (usable.length > shown.length)
      notes.push(`The page shows the first ${shown.length - 1} of ${counted(usable.length, "column")}, and the last.`);
    return [...notes, ...onNumbers(style), ...shown.flatMap(onColumn)];
  }

  /** Return notes on how the numbers of a table are read. */
  function onNumbers({ decimal, thousands }) {
    if (thousands) return [`Numbers are read with ${decimal} as decimal sign and "${thousands}" between thousands.`];
    return decimal === "." ? [] : [`Numbers are read with ${decimal} as decimal sign.`];
  }

  /** Return notes on how a column is read. */
  function onColumn({ name, kind, missing, unit, percent, form, digits, levels }) {
    const [label, notes] = [plain(name), []];
    const texts = missing?.slice(0, NAMED).map((text) => plain(text)).join(", ");
    if (missing?.length) notes.push(`In ${label}, ${texts} ${missing.length > 1 ? "are" : "is"} taken for a gap.`);
    if (unit) notes.push(`${label} is read without its unit, ${plain(unit)}.`);
    if (percent) notes.push(`${label}: 45% is read as 0.45.`);
    if (kind === "datetime")
      notes.push(`${label} is read as dates${form === playDates.ISO_FORM ? "" : ` of the form ${form}`}.`);
    if (digits)
      notes.push(`${label} is read as texts, such as ${plain(levels.find((level) => /\d/.test(level)) ?? levels[0])}.`);
    return notes;
  }

  return { of };
})();
