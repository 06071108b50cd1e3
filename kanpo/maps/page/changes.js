/* What the reader changed: weights and requirement bounds of herbs, beside those that came with the map. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const HEAVIEST = 100;

  const finite = (value) => typeof value === "number" && Number.isFinite(value);
  const share = (value) => finite(value) && value >= 0 && value <= 1;
  const rising = (values) => values.every((value, nth) => nth === 0 || values[nth - 1] <= value);

  /** What each part of a requirement may become; the form of a curve always stays. */
  const RULES = {
    weight: (value) => finite(value) && value >= 0 && value <= HEAVIEST,
    corners: (corners, { corners: before }) =>
      Boolean(before) && corners.length === 4 &&
      corners.every((corner, nth) => (before[nth] === null ? corner === null : finite(corner))) &&
      rising(corners.filter((corner) => corner !== null)),
    bell: ([centre, sigma, ...more], { bell: before }) => Boolean(before) && !more.length && finite(centre) && finite(sigma) && sigma > 0,
    points: (points, { points: before }) =>
      Boolean(before) && points.length === before.length &&
      points.every((point, nth) => point.length === 2 && finite(point[0]) && share(point[1]) && (nth === 0 || points[nth - 1][0] < point[0])),
    classes: (classes, { classes: before }) => Boolean(before) && classes.length === before.length && classes.every(share),
  };

  /** Whether a requirement may become so; `part` has any of weight, corners, bell, points, classes. */
  function valid(requirement, part) {
    return Object.entries(part).every(([name, value]) =>
      Object.hasOwn(RULES, name) && (name === "weight" || Array.isArray(value)) && RULES[name](value, requirement));
  }

  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  function create() {
    const byHerb = new Map();

    function parts(herb) {
      return byHerb.get(herb.id) || new Map();
    }

    /** Change a part of a herb's requirement for a factor; what is not valid changes nothing. */
    function set(herb, factor, part) {
      const requirement = herb.requirements.find((one) => one.factor === factor);
      if (!requirement || !valid(requirement, part)) return false;
      const merged = { ...parts(herb).get(factor), ...part };
      for (const name of Object.keys(merged)) if (same(merged[name], requirement[name])) delete merged[name];
      if (!byHerb.has(herb.id)) byHerb.set(herb.id, new Map());
      if (Object.keys(merged).length) byHerb.get(herb.id).set(factor, merged);
      else byHerb.get(herb.id).delete(factor);
      return true;
    }

    /** Take back the changes of one factor, or of all. */
    function reset(herb, factor) {
      if (factor === undefined) byHerb.delete(herb.id);
      else parts(herb).delete(factor);
    }

    /** The herb as it is now. */
    function apply(herb) {
      const changed = parts(herb);
      if (!changed.size) return herb;
      return { ...herb, requirements: herb.requirements.map((one) => ({ ...one, ...changed.get(one.factor) })) };
    }

    const of = (herb, factor) => parts(herb).get(factor) || null;
    const count = (herb) => parts(herb).size;
    return { set, reset, apply, of, count, factors: (herb) => [...parts(herb).keys()] };
  }

  kanpo.changes = { create, valid };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
