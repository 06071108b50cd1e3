/* Years: in how many of a station's years a herb's climate was met on a parcel, and for how long running; docs/climate.md. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  /* 95 % on both sides. */
  const Z = 1.959963984540054;
  /* Stretches that share no year, below which no chance of a stand is spoken of. */
  const LEAST_WINDOWS = 2;
  const NAMED = 8;

  /** 95 % interval of a share of `count` years (Wilson 1927). */
  function wilson(share, count) {
    const z2 = (Z * Z) / count;
    const middle = (share + z2 / 2) / (1 + z2);
    const half = (Z / (1 + z2)) * Math.sqrt((share * (1 - share)) / count + z2 / (4 * count));
    return [Math.min(share, Math.max(0, middle - half)), Math.max(share, Math.min(1, middle + half))];
  }

  /** Runs of years that follow on each other, each as a list of their places. */
  function runs(years) {
    const out = [];
    years.forEach((year, nth) => (nth && year === years[nth - 1] + 1 ? out.at(-1).push(nth) : out.push([nth])));
    return out;
  }

  /** How many stretches of `length` years the years hold, how many that share none, and in how many every year is inside. */
  function stretches(years, inside, length) {
    const out = { windows: 0, apart: 0, whole: 0 };
    for (const run of runs(years)) {
      out.windows += Math.max(run.length - length + 1, 0);
      out.apart += Math.floor(run.length / length);
      let met = 0;
      for (const place of run) {
        met = inside[place] ? met + 1 : 0;
        if (met >= length) out.whole++;
      }
    }
    return out;
  }

  /** The value of a factor in a year at a place with this normal. */
  function valueIn(own, normal, byShare, factor) {
    if (byShare) return own * normal;
    return factor.range[0] === 0 ? Math.max(own + normal, 0) : own + normal;
  }

  /** One number out of the climate's memberships, by the method of the map, and the place of the least of them. */
  function joined(memberships, weights, aggregation) {
    const worst = memberships.indexOf(Math.min(...memberships));
    if (memberships.length === 1) return { score: memberships[0], worst };
    const { METHODS } = kanpo.methods;
    const method = METHODS[aggregation];
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const carried = method.logs ? memberships.map(Math.log) : memberships;
    const least = Math.min(...carried);
    if (least === (method.logs ? -Infinity : 0)) return { score: 0, worst };
    let sum = 0;
    if (method.pairs) memberships.forEach((one, i) => memberships.forEach((other, j) => (sum += weights[i] * weights[j] * Math.min(one, other))));
    else carried.forEach((value, nth) => (sum += weights[nth] * value));
    return { score: method.join(sum, least, total), worst };
  }

  /**
   * What the years say of a herb on a row: `share` of `years` inside, `bad` years outside, the chance of a stand, the
   * factor that bad years lack most; NaN and lists of what is missing where they say nothing.
   */
  function at(herb, { years: told, factors, meta }, row) {
    const climate = new Set(told.climate);
    const needs = herb.requirements.filter(({ factor, weight }) => climate.has(factor) && weight > 0).sort((one, other) => one.factor - other.factor);
    const moves = ({ factor }) => factor in told.anomalies;
    const normalOf = ({ factor }) => factors[factor].values[row];
    const length = herb.years_to_harvest || 1;
    const places = told.years.map((_, nth) => nth).filter((nth) => needs.some(moves) && needs.every((need) => !moves(need) || told.anomalies[need.factor][nth] !== null));
    const years = places.map((nth) => told.years[nth]);
    const out = {
      years: years.length, length, share: NaN, stand: NaN, bad: [], limiting: -1,
      moving: needs.filter(moves).map(({ factor }) => factor), still: needs.filter((need) => !moves(need)).map(({ factor }) => factor),
      missing: needs.filter((need) => normalOf(need) !== normalOf(need)).map(({ factor }) => factor),
    };
    if (!years.length || out.missing.length) return { ...out, ...stretches(years, [], length) };
    const counts = new Array(needs.length).fill(0);
    const weights = needs.map(({ weight }) => weight);
    const inside = places.map((nth) => {
      const memberships = needs.map((need) => {
        const { factor, knock_out } = need;
        const value = moves(need) ? valueIn(told.anomalies[factor][nth], normalOf(need), told.by_share.includes(factor), factors[factor]) : normalOf(need);
        return Math.max(kanpo.curves.membership(need, value), knock_out ? 0 : meta.floor);
      });
      const { score, worst } = joined(memberships, weights, meta.aggregation);
      const met = score >= meta.bounds[2];
      if (!met) counts[worst]++;
      return met;
    });
    const found = stretches(years, inside, length);
    const share = inside.filter(Boolean).length / years.length;
    const bad = years.filter((_, nth) => !inside[nth]);
    // With years missing between, the stretches are not of all years: a stand is never likelier than a year.
    const stand = found.apart >= LEAST_WINDOWS ? Math.min(found.whole / found.windows, share) : NaN;
    return { ...out, ...found, share, stand, bad, limiting: bad.length ? needs[counts.indexOf(Math.max(...counts))].factor : -1 };
  }

  /** The section of a card. */
  function part(app, row) {
    const { make, given } = kanpo.dom;
    const { say, short, score } = kanpo.strings;
    const { data } = app;
    const section = (...lines) => make("section", { class: "kanpo-part", id: "kanpo-years" }, make("h3", { text: say("years") }), ...lines.map((text) => make("p", { class: "kanpo-cost-line" }, given(text))));
    if (!data.years) return section(say("yearsNone"));
    const found = at(app.current(), data, row);
    const names = (list) => list.map((factor) => short(data.factors[factor].label)).join(say("comma"));
    if (found.share !== found.share) return section(found.missing.length ? say("yearsMissing", { list: names(found.missing) }) : say("yearsCannot"));
    const { years, bad, length } = found;
    const ends = ([low, high]) => ({ low: score(low), high: score(high) });
    const lines = [say("yearsMet", { list: names(found.moving), met: years - bad.length, years, share: score(found.share), ...ends(wilson(found.share, years)) })];
    if (length > 1) lines.push(found.stand === found.stand ? say("yearsStand", { length, stand: score(found.stand), windows: found.windows, apart: found.apart, ...ends(wilson(found.stand, found.apart)) }) : say("yearsShort", { length }));
    if (bad.length) lines.push(say("yearsBad", { factor: names([found.limiting]), list: bad.slice(-NAMED).join(say("comma")) + (bad.length > NAMED ? say("yearsMore", { n: bad.length - NAMED }) : "") }));
    if (found.still.length) lines.push(say("yearsStill", { list: names(found.still) }));
    const doubtful = app.current().requirements.filter(({ factor, confidence }) => confidence === "low" && (found.moving.includes(factor) || found.still.includes(factor)));
    if (doubtful.length) lines.push(say("yearsDoubt", { list: names(doubtful.map(({ factor }) => factor)) }));
    const { station, normal, base, years: all } = data.years;
    lines.push(say("yearsFrom", { station, first: all[0], last: all.at(-1), n: all.length, from: normal[0], to: normal[1], base }));
    return section(...lines);
  }

  kanpo.years = { at, wilson, stretches, part };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
