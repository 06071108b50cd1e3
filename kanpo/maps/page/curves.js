/* Memberships: how well a value of one factor fits what a herb needs of it, as the row is written and as far
   off as its confidence allows. */
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
    return trapezoid(requirement.corners, 0);
  }

  /** A trapezoid whose flanks stand `move` further out. */
  function trapezoid([a, b, c, d], move) {
    const rises = a !== null && b !== null;
    const falls = c !== null && d !== null;
    const [foot, top] = [a - move, b - move];
    const [edge, end] = [c + move, d + move];
    return (value) => {
      let mu = 1;
      if (rises) {
        if (top > foot) mu = Math.min(mu, (value - foot) / (top - foot));
        else if (!(value >= top)) mu = 0;
      }
      if (falls) {
        if (end > edge) mu = Math.min(mu, (end - value) / (end - edge));
        else if (!(value <= edge)) mu = 0;
      }
      return mu > 0 ? mu : 0;
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
    const level = (y) => Math.min(1, Math.max(0, y));
    if (next <= 0) return level(points.at(next)[1]);
    const [[x0, y0], [x1, y1]] = points.slice(next - 1, next + 1);
    return level(y0 + ((y1 - y0) / (x1 - x0)) * (value - x0));
  }

  /** The width over which a curve goes from met to not met: see `flank` of kanpo/suitability/_shapes.py. */
  function flank({ bell, points, corners }) {
    if (bell) return bell[1];
    if (points) return (points.at(-1)[0] - points[0][0]) / (points.length - 1);
    const [a, b, c, d] = corners;
    const slopes = [[a, b], [c, d]].filter(([low, high]) => low !== null && high !== null && high > low).map(([low, high]) => high - low);
    return slopes.length ? slopes.reduce((sum, one) => sum + one, 0) / slopes.length : 0;
  }

  /** The curve with its flanks `share` of their width further out (kindly), or in where negative (strictly). */
  function shifted(requirement, share) {
    const { classes, bell, points, corners } = requirement;
    if (classes) {
      const table = classes.map((mu) => mu ** (1 - share));
      return (value) => table[value];
    }
    const reach = Math.abs(share) * flank(requirement);
    if (!reach) return curve(requirement);
    const kind = share > 0;
    if (bell) {
      return (value) => {
        const away = Math.abs(value - bell[0]);
        const z = (kind ? Math.max(away - reach, 0) : away + reach) / bell[1];
        return z > BELL_REACH ? 0 : Math.exp(-0.5 * z * z);
      };
    }
    return points ? movedPoints(points, reach, kind ? Math.max : Math.min) : trapezoid(corners, kind ? reach : -reach);
  }

  /** The better (or worse) of what a piecewise curve has within `reach` of a value. */
  function movedPoints(points, reach, better) {
    return (value) => {
      let mu = better(piecewise(points, value - reach), piecewise(points, value + reach));
      for (const [x, y] of points) if (Math.abs(value - x) <= reach) mu = better(mu, Math.min(Math.max(y, 0), 1));
      return mu;
    };
  }

  /** Values at which a curve of numbers turns. */
  function turns({ bell, points, corners }) {
    if (bell) return [bell[0] - BELL_REACH * bell[1], bell[0], bell[0] + BELL_REACH * bell[1]];
    return points ? points.map(([x]) => x) : corners.filter((corner) => corner !== null);
  }

  /** The least value at which a number is met fully; null where the curve is open below. */
  function lowerCorner({ bell, points, corners }) {
    if (bell) return bell[0];
    if (!points) return corners[1];
    const best = Math.max(...points.map(([, y]) => y));
    return points.find(([, y]) => y === best)[0];
  }

  kanpo.curves = { curve, membership, flank, shifted, turns, lowerCorner };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
