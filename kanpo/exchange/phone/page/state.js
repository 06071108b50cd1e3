/* What is recorded on this phone, and what of it counts today. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const { uuid7, dayOf, momentOf } = kanpo.ids;

  /** Reasons and notes stand in the journal, in Japanese whatever the page speaks. */
  const MISTYPED = kanpo.strings.TEXTS.mistyped[0];
  const CONFIRMED = kanpo.strings.TEXTS.confirmed[0];

  async function make(content, store, clock = () => new Date()) {
    const records = await store.records();
    const settings = await store.settings();
    let standing = kanpo.values.standing(records);
    const of = (plot, trait) => standing.get(`${plot.code}\n${trait.key}`) || [];
    const today = () => dayOf(clock());
    const isToday = (record) => record.happened_at.slice(0, 10) === today();
    const asked = content.traits.filter((trait) => trait.type === "number");
    const counted = asked.length ? asked : content.traits;

    async function set(key, value) {
      await store.set(key, value);
      settings[key] = value;
    }

    if (!settings.device) await set("device", uuid7().slice(-12)).catch(() => (settings.device = uuid7().slice(-12)));

    function newRecord(plot, trait, value, extra) {
      return {
        record_id: uuid7(clock().getTime()),
        happened_at: momentOf(clock()),
        actor: settings.person || "",
        trial_code: content.trial,
        plot_code: plot.code,
        trait: trait.key,
        value,
        ...extra,
      };
    }

    function add(record) {
      records.push(record);
      standing = kanpo.values.standing(records);
      return record;
    }

    /** Resolves when the value is on the disk; rejects when it is not, and then nothing has changed. */
    async function put(plot, trait, value, confirmed = false) {
      const before = of(plot, trait).filter(isToday).at(-1);
      if (before && before.value === value) return before;
      const correction = before ? { supersedes: before.record_id, reason: MISTYPED } : {};
      const record = newRecord(plot, trait, value, { ...correction, ...(confirmed ? { note: CONFIRMED } : {}) });
      await store.putRecord(record);
      return add(record);
    }

    async function putPhoto(plot, trait, photo, position) {
      const words = photo.sha256 ? [`sha256:${photo.sha256}`] : [];
      if (position) words.push(`${position.latitude.toFixed(6)},${position.longitude.toFixed(6)}`);
      const record = newRecord(plot, trait, "", words.length ? { note: words.join(" ") } : {});
      record.value = `${record.record_id}.jpg`;
      await store.putPhoto(record, { sha256: photo.sha256, base64: photo.base64 });
      return add(record);
    }

    /** none, some or all of what is counted on a plot was recorded today. */
    function progressOf(plot) {
      const done = counted.filter((trait) => of(plot, trait).some(isToday)).length;
      return done === 0 ? "none" : done < counted.length ? "some" : "all";
    }

    function lastOf(plot, trait) {
      const here = of(plot, trait).filter((record) => !isToday(record)).at(-1);
      const there = content.last[`${plot.code}\n${trait.key}`];
      const mine = here && { value: here.value, day: here.happened_at.slice(0, 10) };
      return mine && (!there || there.day <= mine.day) ? mine : there || null;
    }

    return {
      content,
      store,
      settings,
      records,
      set,
      put,
      putPhoto,
      progressOf,
      lastOf,
      todayOf: (plot, trait) => of(plot, trait).filter(isToday),
      day: today,
      notHanded: () => records.filter((record) => record.record_id > (settings.handed || "")).length,
    };
  }

  kanpo.state = { make };
})(globalThis);
