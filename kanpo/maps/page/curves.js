/* Memberships: how well a value of one factor fits what a herb needs of it. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  /* A Gaussian curve is 0 farther than this many sigma from its centre. */
  const BELL_REACH = 6;

  /** The membership as a function of a known value: a number, or a class's place in its table. */
  function curve(requirement) {
    if (requirement.classes) return (value) => requirement.classes[value];
    if (requirement.bell) return (value) => gaussian(requirement.bell, value);
    if (requirement.points) return (value) => piecewise(requirement.points, value);
    return trapezoid(requirement.corners);
  }

  function trapezoid(corners) {
    const b = corners[1] ?? -Infinity;
    const c = corners[2] ?? Infinity;
    // An open side has neither corner; a flank without its foot is a step.
    const a = corners[0] ?? b;
    const d = corners[3] ?? c;
    return (value) => {
      if (value < a || value > d) return 0;
      if (value < b) return (value - a) / (b - a);
      return value > c ? (d - value) / (d - c) : 1;
    };
  }

  function membership(requirement, value) {
    return curve(requirement)(value);
  }

  function gaussian([centre, sigma], value) {
    const z = (value - centre) / sigma;
    return Math.abs(z) > BELL_REACH ? 0 : Math.exp(-0.5 * z * z);
  }

  /** Straight lines between the points, level beyond the first and the last. */
  function piecewise(points, value) {
    const next = points.findIndex(([x]) => x > value);
    if (next <= 0) return points.at(next)[1];
    const [[x0, y0], [x1, y1]] = points.slice(next - 1, next + 1);
    return Math.min(1, Math.max(0, y0 + ((y1 - y0) / (x1 - x0)) * (value - x0)));
  }

  /** Values at which a curve turns. */
  function turns(requirement) {
    if (requirement.points) return requirement.points.map(([x]) => x);
    const [centre, sigma] = requirement.bell;
    return [centre - BELL_REACH * sigma, centre, centre + BELL_REACH * sigma];
  }

  /** A factor that may not exclude lowers a score, never zeroes it. */
  function effective(requirement, mu, floor) {
    return requirement.knock_out ? mu : Math.max(mu, floor);
  }

  /** Least and greatest effective membership over all that the factor can be. */
  function extremes(requirement, factor, floor) {
    let least, most;
    if (requirement.classes) {
      least = Math.min(...requirement.classes);
      most = Math.max(...requirement.classes);
    } else if (requirement.bell || requirement.points) {
      const [low, high] = factor.range;
      const inside = turns(requirement).filter((x) => x >= low && x <= high);
      const found = [low, high, ...inside].map((x) => membership(requirement, x));
      least = Math.min(...found);
      most = Math.max(...found);
    } else {
      // A trapezoid rises, stays, falls: least at an end of the range, greatest on the plateau or at an end.
      const [low, high] = factor.range;
      const [, b, c] = requirement.corners;
      const atLow = membership(requirement, low);
      const atHigh = membership(requirement, high);
      least = Math.min(atLow, atHigh);
      const plateau = (b === null || b <= high) && (c === null || c >= low);
      most = plateau ? 1 : Math.max(atLow, atHigh);
    }
    return [effective(requirement, least, floor), effective(requirement, most, floor)];
  }

  kanpo.curves = { curve, membership, effective, extremes };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
