/* Elements of the page, and numbers as text; what every part of the player of a network uses. */
"use strict";

const networkElements = (() => {
  const SVG = "http://www.w3.org/2000/svg";

  const LONGEST = 60; // characters of a name
  const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu; // control characters, marks of direction, separators of lines
  const [OPEN, CLOSE] = ["\u2068", "\u2069"]; // around a name that is written from right to left
  const FROM_THE_RIGHT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
  const SHORT = { "\t": "\\t", "\n": "\\n", "\r": "\\r" };

  /** Return a text with what is not to be seen escaped, as npnet writes it: direction marks are shown, not obeyed. */
  function escaped(text) {
    return text.replace(UNSEEN, (letter) => {
      if (letter === OPEN || letter === CLOSE) return letter;
      if (letter < "\x7f") return SHORT[letter] ?? `\\x${letter.charCodeAt(0).toString(16).padStart(2, "0")}`;
      return Array.from({ length: letter.length }, (_, k) => `\\u${hex(letter.charCodeAt(k))}`).join("");
    });
  }

  const hex = (code) => code.toString(16).padStart(4, "0");

  /** Return a name of the data fit to be shown: escaped, the middle of a long one cut, and apart from what is around. */
  function plain(name, most = LONGEST) {
    const text = escaped(name.replaceAll(OPEN, "\\u2068").replaceAll(CLOSE, "\\u2069"));
    const tail = Math.floor(most / 3);
    const short = text.length > most ? `${text.slice(0, most - tail - 1)}…${text.slice(-tail)}` : text;
    return FROM_THE_RIGHT.test(short) ? `${OPEN}${short}${CLOSE}` : short;
  }

  const shown = (child) => (typeof child === "string" ? escaped(child) : child);

  /** Make an element with properties, attributes (names with a hyphen, and roles) and children. */
  function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name.includes("-") || name === "role") element.setAttribute(name, value);
      else element[name] = name === "title" ? shown(value) : value;
    }
    element.append(...children.map(shown));
    return element;
  }

  /** Make an element of a picture with attributes and children. */
  function svg(tag, attributes = {}, ...children) {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children.map(shown));
    return element;
  }

  /** Make a button that does something. */
  function button(text, act, label = null) {
    const element = make("button", { className: "button", type: "button" }, text);
    if (label) element.setAttribute("aria-label", label);
    element.addEventListener("click", act);
    return element;
  }

  /** Make a choice between [value, text] pairs, with its label around it. */
  function select(label, options, value, act) {
    const texts = options.map(([key, text]) => make("option", { value: key }, text));
    const element = make("select", { className: "button" }, ...texts);
    element.value = value;
    element.addEventListener("change", act);
    make("label", {}, `${label} `, element);
    return element;
  }

  const digits = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
  const whole = new Intl.NumberFormat("en");

  /** A number with three digits, short enough for a label. */
  function short(value) {
    if (!Number.isFinite(value)) return "–";
    const size = Math.abs(value);
    const powers = size >= 1e5 || (size > 0 && size < 1e-3);
    const text = powers ? value.toExponential(1).replace("e+", "e") : digits.format(value);
    return text.replaceAll("-", "−");
  }

  /** A count with a word, as "1 step" and "1,200 steps". */
  const counted = (count, word) => `${whole.format(count)} ${word}${count === 1 ? "" : "s"}`;

  /** Text of at most some characters. */
  const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

  /** Return a text, its middle cut until it `fits`; letters from right to left stay apart from what is around. */
  function narrowed(text, fits) {
    if (fits(text)) return text;
    const isolated = text.startsWith(OPEN);
    const letters = Array.from(isolated ? text.slice(1, -1) : text);
    let found = "…";
    for (let most = letters.length - 1; most > 0; most--) {
      const tail = Math.floor(most / 3);
      found = `${letters.slice(0, most - tail).join("")}…${letters.slice(letters.length - tail).join("")}`;
      if (isolated) found = `${OPEN}${found}${CLOSE}`;
      if (fits(found)) break;
    }
    return found;
  }

  /** Return the smallest and the largest of many numbers. */
  function extremes(values) {
    let low = Infinity;
    let high = -Infinity;
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return [low, high];
  }

  /** The width inside the padding of an element. */
  function insideOf(element) {
    const { paddingLeft, paddingRight } = getComputedStyle(element);
    return element.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
  }

  return { plain, escaped, insideOf, make, svg, button, select, short, counted, cut, narrowed, extremes };
})();
