/* Columns of dates: their form, their seconds since 1970 in UTC, and the inputs that npnet makes of them. */
"use strict";

const playDates = (() => {
  const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ]([01]\d|2[0-3]):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/;
  const ISO_FORM = "iso";
  /* Forms of strptime; of those that are named alike, the first one that fits all dates and no other is taken. */
  const FORMS = {
    [ISO_FORM]: [ISO, "ymd"],
    "%Y/%m/%d": [/^(\d{4})\/(\d\d?)\/(\d\d?)$/, "ymd"],
    "%Y.%m.%d": [/^(\d{4})\.(\d\d?)\.(\d\d?)$/, "ymd"],
    "%d.%m.%Y": [/^(\d\d?)\.(\d\d?)\.(\d{4})$/, "dmy"],
    "%d/%m/%Y": [/^(\d\d?)\/(\d\d?)\/(\d{4})$/, "dmy"],
    "%m/%d/%Y": [/^(\d\d?)\/(\d\d?)\/(\d{4})$/, "mdy"],
    "%d-%m-%Y": [/^(\d\d?)-(\d\d?)-(\d{4})$/, "dmy"],
    "%m-%d-%Y": [/^(\d\d?)-(\d\d?)-(\d{4})$/, "mdy"],
  };
  const [SHARE, DAY, THURSDAY] = [0.9, 86400, 3];
  const CYCLES = { month: 12, weekday: 7, hour: 24 };

  const dayOf = (seconds) => Math.floor(seconds / DAY);
  const dateOf = (seconds) => new Date(dayOf(seconds) * DAY * 1000);
  const yearStart = (year) => Date.UTC(year, 0, 1) / 1000;
  const PARTS = {
    year(seconds) {
      const year = dateOf(seconds).getUTCFullYear();
      return year + (seconds - yearStart(year)) / (yearStart(year + 1) - yearStart(year));
    },
    month: (seconds) => dateOf(seconds).getUTCMonth() + 1,
    day: (seconds) => dateOf(seconds).getUTCDate(),
    weekday: (seconds) => (((dayOf(seconds) + THURSDAY) % 7) + 7) % 7,
    hour: (seconds) => (seconds - dayOf(seconds) * DAY) / 3600,
  };

  /** Return the seconds of a date in a form, NaN where it is none. */
  function secondsOf(text, form) {
    const [pattern, order] = FORMS[form];
    const found = pattern.exec(text);
    if (!found) return NaN;
    const [year, month, day] = [..."ymd"].map((part) => Number(found[order.indexOf(part) + 1]));
    const midnight = Date.UTC(year, month - 1, day);
    const date = new Date(midnight);
    if (year < 100 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return NaN;
    const [hour, minute, second, fraction, zone] = found.slice(4).map((part) => part ?? "");
    if (Number(minute) > 59 || Number(second) > 59) return NaN;
    const time = 3600 * Number(hour ?? 0) + 60 * Number(minute ?? 0) + Number(second ?? 0) + Number(`0.${fraction || 0}`);
    return midnight / 1000 + (form === ISO_FORM ? time - offsetOf(zone) : 0);
  }

  function offsetOf(zone) {
    const found = /^([+-])(\d\d):?(\d\d)?$/.exec(zone ?? "");
    return found ? (found[1] === "-" ? -60 : 60) * (60 * Number(found[2]) + Number(found[3] ?? 0)) : 0;
  }

  /** Return the forms that most cells of a column have, none for other columns; two where day and month may be either. */
  function formsOf(cells) {
    const count = (form) => cells.filter((cell) => !Number.isNaN(secondsOf(cell, form))).length;
    const fitting = Object.keys(FORMS).map((form) => [form, count(form)]);
    const most = Math.max(...fitting.map(([, number]) => number));
    return most && most >= SHARE * cells.length ? fitting.filter(([, number]) => number === most).map(([form]) => form) : [];
  }

  const isDate = (cell) => Object.keys(FORMS).some((form) => !Number.isNaN(secondsOf(cell, form)));

  /** Return the inputs of a column of dates: the parts that vary, an indicator of gaps, and the circles of parts. */
  function inputsOf({ name, values }, train, every, prepare) {
    const varies = (part) => new Set(every.map((row) => PARTS[part](values[row])).filter((one) => one === one)).size > 1;
    const parts = Object.keys(PARTS).filter(varies);
    const numbers = parts.map((part) => {
      const of = (row) => PARTS[part](values[row]);
      const scaling = playPrepare.scalingOf(Float64Array.from(train, of), prepare);
      return { name: `${name}: ${part}`, block: "numbers", column: name, isPart: true, ...scaling, of };
    });
    const missing = { name: `${name} is missing`, block: "indicators", column: name };
    const gaps = every.some((row) => Number.isNaN(values[row]))
      ? [{ ...missing, of: (row) => Number(Number.isNaN(values[row])) }]
      : [];
    const circles = parts
      .filter((part) => CYCLES[part])
      .flatMap((part) =>
        ["sine", "cosine"].map((wave) => ({
          name: `${name}: ${wave} of ${part}`,
          block: "levels",
          column: name,
          of: (row) => onCircle(PARTS[part](values[row]), CYCLES[part], wave),
        })),
      );
    return [...numbers, ...gaps, ...circles];
  }

  function onCircle(value, steps, wave) {
    if (Number.isNaN(value)) return 0;
    const angle = (2 * Math.PI * (Math.floor(value) % steps)) / steps;
    return wave === "sine" ? Math.sin(angle) : Math.cos(angle);
  }

  return { ISO_FORM, secondsOf, formsOf, isDate, inputsOf };
})();
