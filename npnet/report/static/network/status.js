/* What the player says about what it shows. */
"use strict";

const networkStatus = (() => {
  const { short, counted } = networkElements;

  /** Return the words for a frame, for what was trained from it in the page (a continuation), or for edited weights. */
  function words({ label, best }, loss, continuation, edited, recorded) {
    const end = loss === null ? "." : `, loss ${short(loss)} on the training rows of this page.`;
    const other = " This is not the recorded training.";
    if (continuation) {
      const steps = `${counted(continuation.steps, "step")} (${continuation.epochs.toFixed(1)} epochs)`;
      return `Trained on in this page for ${steps} from ${label}${end}${other}`;
    }
    if (edited) return `Weights edited, from ${label}${end}${other}`;
    const rest = recorded ? "" : " No frames were recorded: train with record: true for a replay.";
    const mark = best && label.startsWith("epoch") ? ", the best" : "";
    return `${label[0].toUpperCase()}${label.slice(1)}${mark}${end}${rest}`;
  }

  return { words };
})();
