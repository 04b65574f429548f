/* Where the panels of a layer stand: maps and attention in a grid, steps below each other under the inputs. A panel has
   a title, a field with the part of it that it shows, its place, and words for each of its values. */
"use strict";

const insideLayouts = (() => {
  const [GAP, TITLE, AXIS, NARROW, LABELS] = [10, 18, 34, 560, 116];

  const inputWords = (field) => (line, column) => `input, line ${field.place(0, line)}, column ${field.place(1, column)}`;

  /** Return the height of an image of a width. */
  const heightOf = (field, width) => Math.round((width * field.lines) / field.columns);

  function gridOf(panels, { left, top, width, side, title = TITLE }) {
    if (!panels.length) return top;
    const columns = Math.max(1, Math.floor((width - left + GAP) / (side + GAP)));
    panels.forEach((panel, k) => {
      panel.x = left + (k % columns) * (side + GAP);
      panel.width = side;
      panel.height = heightOf(panel.field, side);
    });
    const tall = Math.max(...panels.map((panel) => panel.height)) + title + GAP;
    panels.forEach((panel, k) => (panel.y = top + title + Math.floor(k / columns) * tall));
    return top + Math.ceil(panels.length / columns) * tall;
  }

  function maps(view, width) {
    const { layer, inputs, part } = view;
    const [field] = layer.fields;
    const input = { title: "input", field: inputs, part: 0, isImage: true, words: inputWords(inputs) };
    const beside = view.data.isSequence ? [] : [input];
    const of = (source, name) => (k) => ({
      title: name === "map" && part < 0 ? `${layer.numbers[k]}` : `${name} ${layer.numbers[k]}`,
      field: source,
      part: k,
      isKernel: name === "filter",
      words: (line, column) =>
        `${name} ${layer.numbers[k]}, line ${source.place(0, line)}, column ${source.place(1, column)}`,
    });
    if (part >= 0) {
      const panels = [...beside, ...(layer.kernels ? [of(layer.kernels, "filter")(part)] : []), of(field, "map")(part)];
      const side = Math.min(300, width < NARROW ? width : (width - 2 * GAP) / 3);
      return { panels, height: gridOf(panels, { left: 0, top: 0, width, side }) };
    }
    const panels = layer.numbers.map((_, k) => of(field, "map")(k));
    const isNarrow = width < NARROW;
    const side = Math.min(160, width / 3);
    const top = gridOf(beside, { left: 0, top: 0, width, side });
    const place = { left: isNarrow || !beside.length ? 0 : side + 2 * GAP, top: isNarrow ? top : 0, width };
    const each = panels.length > 32 ? 62 : 78;
    const columns = Math.floor((width - place.left + GAP) / (each + GAP));
    const filling = Math.floor((width - place.left + GAP) / columns - GAP);
    return { panels: [...beside, ...panels], height: Math.max(top, gridOf(panels, { ...place, side: filling })) };
  }

  function steps(view, width) {
    const { layer, inputs, part } = view;
    const left = width < NARROW ? 0 : LABELS;
    const of = (field, unit, numbers) => ({
      title: field.name,
      field,
      part: 0,
      words: (line, column) => `${field.name}, ${unit} ${numbers ? numbers[line] : line + 1}, step ${field.place(1, column)}`,
    });
    const shown = part < 0 ? layer.fields : [layer.fields[part]];
    const { isSequence } = view.data;
    const above = isSequence ? [{ ...of(inputs, "feature", view.features), names: view.names }] : [];
    const panels = [...above, ...shown.map((field) => of(field, layer.unit, layer.numbers))];
    let y = 0;
    panels.forEach((panel, k) => {
      const isInput = k < above.length;
      const each = isInput ? 14 : part < 0 ? 3.5 : 9;
      y += left ? 0 : TITLE;
      Object.assign(panel, { x: left, y, width: width - left, isBeside: left > 0 });
      panel.height = Math.round(Math.max(isInput ? 18 : 44, Math.min(isInput ? 84 : 420, each * panel.field.lines)));
      y += panel.height + GAP;
    });
    return { panels, height: y + AXIS - GAP, isOverSteps: true };
  }

  function attention(view, width) {
    const { layer, part, names } = view;
    const [field] = layer.fields;
    const named = (axis, index) => `${field.place(axis, index)}${names ? ` “${names[index]}”` : ""}`;
    const of = (k) => ({
      title: `head ${layer.numbers[k]}`,
      field,
      part: k,
      words: (line, column) => `head ${layer.numbers[k]}, from position ${named(0, line)} to ${named(1, column)}`,
    });
    const left = AXIS + 8;
    const panels = part < 0 ? layer.numbers.map((_, k) => of(k)) : [of(part)];
    const most = Math.max(1, Math.floor((width - left) / 130));
    const columns = Math.ceil(panels.length / Math.ceil(panels.length / most)); // rows of equal length
    const side = Math.floor(Math.min(part < 0 ? 250 : 480, (width - left - (columns - 1) * GAP) / columns));
    const height = gridOf(panels, { left, top: 0, width, side });
    return { panels, height: height + AXIS, isAttention: true };
  }

  /** Return whole numbers from 1 to `count` for the ticks of an axis of a length. */
  function ticks(count, length, room = 44) {
    const most = Math.max(2, Math.floor(length / room));
    const step = [1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000].find((one) => count / one <= most) ?? count;
    const found = Array.from({ length: Math.floor(count / step) }, (_, k) => (k + 1) * step);
    return step < 5 ? found : [1, ...found];
  }

  const of = { maps, steps, attention };
  return { of, ticks };
})();
