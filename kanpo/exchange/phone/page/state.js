/* What is recorded on this phone, of which day it is, and what is only half typed. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});
  const { uuid7, dayOf, momentOf } = kanpo.ids;

  /** Reasons and notes stand in the journal, in Japanese whatever the page speaks. */
  const MISTYPED = kanpo.strings.TEXTS.mistyped[0];
  const CONFIRMED = kanpo.strings.TEXTS.confirmed[0];
  const LATER = kanpo.strings.TEXTS.confirmedLater[0];

  const { DRAFT } = kanpo.store;
  const draftKey = (plot, trait, day) => `${DRAFT}${plot.code}\n${trait.key}\n${day}`;

  async function make(content, store, clock = () => new Date()) {
    let records = [];
    let standing = new Map();
    let days = new Map();
    const settings = {};
    const drafts = new Map();
    /** Drafts that are not on the disk yet, or never come there: they live as long as the page. */
    const unsaved = new Map();
    let edits = 0;
    const asked = content.traits.filter((trait) => trait.type === "number");
    const counted = asked.length ? asked : content.traits;

    const now = () => momentOf(clock(), content.zone);
    const today = () => dayOf(clock(), content.zone);
    const of = (plot, trait) => standing.get(`${plot.code}\n${trait.key}`) || [];

    /** The day of a record in the zone of the project, whatever offset its moment is written with. */
    function dayOfRecord(record) {
      if (!days.has(record.record_id)) {
        const moment = new Date(record.happened_at);
        days.set(record.record_id, Number.isNaN(moment.getTime()) ? record.happened_at.slice(0, 10) : dayOf(moment, content.zone));
      }
      return days.get(record.record_id);
    }
    const onDay = (day) => (record) => dayOfRecord(record) === day;

    function adopt(all) {
      records = all;
      standing = kanpo.values.standing(records);
    }

    /** Read what this tab and others have stored. */
    async function reload() {
      let stored = {};
      let seen = -1;
      // What changes here while it is read would be overwritten by what was: read once more.
      while (seen !== edits) {
        seen = edits;
        adopt([...(await store.records())]);
        stored = await store.settings();
      }
      Object.assign(settings, stored);
      drafts.clear();
      for (const [key, value] of Object.entries(stored)) if (key.startsWith(DRAFT)) drafts.set(key, { ...value, key });
      for (const [key, draft] of unsaved) drafts.set(key, draft);
    }

    async function set(key, value) {
      await store.set(key, value);
      settings[key] = value;
    }

    await reload();
    if (!settings.device) await set("device", uuid7().slice(-12)).catch(() => (settings.device = uuid7().slice(-12)));

    function newRecord(plot, trait, value, extra) {
      return {
        record_id: uuid7(clock().getTime()),
        happened_at: now(),
        actor: settings.person || "",
        trial_code: content.trial,
        plot_code: plot.code,
        trait: trait.key,
        value,
        ...extra,
      };
    }

    /**
     * Record a value of a day; resolves when it is on the disk, rejects when it is not, and then nothing has changed.
     * It takes the place of what this or another tab recorded of that plot, trait and day; the same value is no new record.
     */
    async function record(plot, trait, value, day, extra, draft) {
      let standsAlready = null;
      const decide = (all) => {
        adopt([...all]);
        const before = of(plot, trait).filter(onDay(day)).at(-1);
        standsAlready = before && before.value === value ? before : null;
        if (standsAlready) return null;
        return newRecord(plot, trait, value, { ...(before ? { supersedes: before.record_id, reason: MISTYPED } : {}), ...extra });
      };
      const made = await store.putRecord(decide, [draft]);
      edits += 1;
      unsaved.delete(draft);
      drafts.delete(draft);
      if (made) adopt([...records.filter((other) => other.record_id !== made.record_id), made]);
      return made || standsAlready;
    }

    /** A value of today. */
    function put(plot, trait, value, confirmed = false) {
      const day = today();
      return record(plot, trait, value, day, confirmed ? { note: CONFIRMED } : {}, draftKey(plot, trait, day));
    }

    /** A draft of another day, as of its own day: when it was typed and by whom, and when it was confirmed. */
    function putDraft(plot, trait, draft, value, confirmed = false) {
      const note = [confirmed ? CONFIRMED : "", LATER.replace("{moment}", now())].filter(Boolean).join("、");
      return record(plot, trait, value, draft.day, { happened_at: draft.at, actor: draft.person || settings.person || "", note }, draft.key);
    }

    async function putPhoto(plot, trait, photo, position) {
      const words = photo.sha256 ? [`sha256:${photo.sha256}`] : [];
      if (position) words.push(`${position.latitude.toFixed(6)},${position.longitude.toFixed(6)}`);
      const made = newRecord(plot, trait, "", words.length ? { note: words.join(" ") } : {});
      made.value = `${made.record_id}.jpg`;
      edits += 1;
      await store.putPhoto(made, { sha256: photo.sha256, base64: photo.base64 });
      adopt([...records, made]);
      return made;
    }

    /** Keep what is half typed, of the day it is typed on. It is held here at once, and rejects when it cannot be kept. */
    function saveDraft(plot, trait, text) {
      const day = today();
      const key = draftKey(plot, trait, day);
      edits += 1;
      if (!text) return dropDraft({ key });
      const draft = { text, day, at: now(), person: settings.person || "", plot: plot.code, trait: trait.key };
      const held = { ...draft, key };
      drafts.set(key, held);
      unsaved.set(key, held);
      return store.setDraft(key, draft).then(() => unsaved.get(key) === held && unsaved.delete(key));
    }

    function dropDraft({ key }) {
      edits += 1;
      unsaved.delete(key);
      return drafts.delete(key) ? store.dropDrafts([key]) : Promise.resolve();
    }

    const draftsOf = (plot, trait) => [...drafts.values()].filter((draft) => draft.plot === plot.code && draft.trait === trait.key);

    /** none, some or all of what is counted on a plot was recorded today. */
    function progressOf(plot) {
      const done = counted.filter((trait) => of(plot, trait).some(onDay(today()))).length;
      return done === 0 ? "none" : done < counted.length ? "some" : "all";
    }

    function lastOf(plot, trait) {
      const here = of(plot, trait).filter((one) => !onDay(today())(one)).at(-1);
      const there = content.last[`${plot.code}\n${trait.key}`];
      const mine = here && { value: here.value, day: dayOfRecord(here) };
      return mine && (!there || there.day <= mine.day) ? mine : there || null;
    }

    return {
      content,
      store,
      settings,
      get records() {
        return records;
      },
      reload,
      set,
      put,
      putDraft,
      putPhoto,
      saveDraft,
      dropDraft,
      progressOf,
      lastOf,
      now,
      day: today,
      todayOf: (plot, trait) => of(plot, trait).filter(onDay(today())),
      draftOf: (plot, trait) => drafts.get(draftKey(plot, trait, today())) || null,
      earlierDrafts: (plot, trait) => draftsOf(plot, trait).filter((draft) => draft.day !== today()),
      plotsWithDrafts: () => content.plots.filter((plot) => content.traits.some((trait) => draftsOf(plot, trait).length > 0)),
      notHanded: () => Math.max(0, records.length - (settings.handedCount || 0)),
    };
  }

  kanpo.state = { make };
})(globalThis);
