/* The lines of weights: curves from one unit to another, solid or in dashes, and how far a place is from one. */
"use strict";

const networkCurves = (() => {
  const DASHED = 0.6; // share of a period that a dash fills
  const ROUNDS = 6; // of Newton's method

  /* A curve from (a, b) to (c, d) leaves and arrives level: with t from 0 to 1, its x is a + (c - a) · along(t), its y
     b + (d - b) · across(t). */
  const along = (t) => 1.5 * t - 1.5 * t * t + t ** 3;
  const across = (t) => 3 * t * t - 2 * t ** 3;

  /** Trace a curve; dashes, `dash` pixels apart, are traced one by one: half the time of a dashed stroke. */
  function trace(context, [a, b, c, d], dash) {
    const middle = (a + c) / 2;
    context.moveTo(a, b);
    if (!dash) return context.bezierCurveTo(middle, b, middle, d, c, d);
    const count = Math.max(2, Math.round(Math.hypot(c - a, d - b) / dash));
    for (let n = 0; n < 2 * count; n++) {
      const t = (Math.floor(n / 2) + (n % 2) * DASHED) / count;
      const x = a + (c - a) * along(t);
      const y = b + (d - b) * across(t);
      if (n % 2) context.lineTo(x, y);
      else context.moveTo(x, y);
    }
  }

  /** Return how far above or below a curve a place is. */
  function distance([a, b, c, d], x, y) {
    const share = (x - a) / (c - a);
    let t = share;
    for (let round = 0; round < ROUNDS; round++) t -= (along(t) - share) / (1.5 - 3 * t + 3 * t * t);
    return Math.abs(b + (d - b) * across(t) - y);
  }

  return { trace, distance };
})();
