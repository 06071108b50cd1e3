/* Where values are kept: IndexedDB, or localStorage where a browser has no other for a page from a file. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  /** Below this many bytes nothing more is taken, so that the last value is never half written. */
  const LEAST = 200_000;
  /** Nobody waits longer for a browser that does not say how much space there is. */
  const ROOM_MS = 1_000;

  /** Keys of half typed values among the settings begin so. */
  const DRAFT = "draft/";

  class NoSpace extends Error {}

  const isFull = (error) => !!error && (error.name === "QuotaExceededError" || error.name === "NS_ERROR_DOM_QUOTA_REACHED");

  /** Bytes that are left for this page; null where the browser does not tell. */
  async function room() {
    try {
      const asked = navigator.storage.estimate();
      const late = new Promise((_, fail) => setTimeout(() => fail(new Error("late")), ROOM_MS));
      const { quota, usage } = await Promise.race([asked, late]);
      return Math.max(0, quota - usage);
    } catch {
      return null;
    }
  }

  async function demand(bytes) {
    const left = await room();
    if (left !== null && left < bytes + LEAST) throw new NoSpace(String(left));
  }

  /** The store in localStorage: one entry to a record, so that none overwrites another. */
  function inEntries(name) {
    localStorage.setItem(`${name}/probe`, "1");
    localStorage.removeItem(`${name}/probe`);
    const placeOf = (store, key) => `${name}/${store}/${key}`;
    const read = (store) =>
      Object.keys(localStorage)
        .filter((key) => key.startsWith(`${name}/${store}/`))
        .sort()
        .map((key) => JSON.parse(localStorage.getItem(key)));
    const one = (action) => (navigator.locks ? navigator.locks.request(name, action) : action());
    function put(entries, removed = []) {
      const done = [];
      try {
        for (const [store, entry] of entries) {
          const key = placeOf(store, entry.record_id || entry.key);
          const before = localStorage.getItem(key);
          localStorage.setItem(key, JSON.stringify(entry));
          done.push([key, before]);
        }
      } catch (error) {
        for (const [key, before] of done) before === null ? localStorage.removeItem(key) : localStorage.setItem(key, before);
        throw error;
      }
      for (const key of removed) localStorage.removeItem(placeOf("meta", key));
    }
    return {
      kind: "localStorage",
      records: async () => read("records"),
      photos: async () => read("photos"),
      settings: async () => Object.fromEntries(read("meta").map(({ key, value }) => [key, value])),
      write: async (entries, removed) => put(entries, removed),
      record: async (decide, removed) =>
        one(async () => {
          const made = decide(read("records"));
          put(made ? [["records", made]] : [], removed);
          return made;
        }),
      reopen: () => {},
      clear: (entries) => entries.forEach(([store, entry]) => localStorage.removeItem(placeOf(store, entry.record_id || entry.key))),
    };
  }

  /** The entries, or null where the browser keeps none. */
  function entriesOf(name) {
    try {
      return inEntries(name);
    } catch {
      return null;
    }
  }

  const draftsIn = (settings) => Object.fromEntries(Object.entries(settings).filter(([key]) => key.startsWith(DRAFT)));

  /** Values from a day on which the browser had no database go where all the others are. */
  async function bringOver(entries, store) {
    const waiting = [];
    for (const kind of ["records", "photos"]) for (const entry of await entries[kind]()) waiting.push([kind, entry]);
    for (const [key, value] of Object.entries(draftsIn(await entries.settings()))) waiting.push(["meta", { key, value }]);
    if (!waiting.length) return;
    await store.write(waiting);
    entries.clear(waiting);
  }

  /** The store of a trial, or null where this way of opening the page keeps nothing. */
  async function open(name) {
    const entries = entriesOf(name);
    let store = null;
    try {
      store = await kanpo.database.open(name);
      if (entries) await bringOver(entries, store).catch(() => {});
    } catch {
      store = entries;
    }
    if (!store) return null;
    const spare = entries && store !== entries ? entries : null;

    /** What `write` gives, once there is room; a full disk has an error of its own. */
    async function guard(write, bytes = 2_000) {
      await demand(bytes);
      try {
        return await write();
      } catch (error) {
        throw isFull(error) ? new NoSpace(String(error)) : error;
      }
    }
    /** A draft goes down at once, and where the store does not take it, beside it. */
    async function setDraft(key, value) {
      try {
        await store.write([["meta", { key, value }]], [], "relaxed");
        await spare?.write([], [key]);
      } catch (error) {
        if (!spare) throw error;
        await spare.write([["meta", { key, value }]]);
      }
    }
    async function dropDrafts(keys) {
      await spare?.write([], keys);
      await store.write([], keys, "relaxed");
    }
    return {
      kind: store.kind,
      records: store.records,
      photos: store.photos,
      settings: async () => ({ ...(await store.settings()), ...(spare ? draftsIn(await spare.settings()) : {}) }),
      /** `decide` sees all records and gives the one to keep, or null; drafts of these keys go with it. */
      async putRecord(decide, drafts = []) {
        const made = await guard(() => store.record(decide, drafts));
        await spare?.write([], drafts).catch(() => {});
        return made;
      },
      putPhoto: (record, photo) => guard(() => store.write([["photos", { ...photo, record_id: record.record_id }], ["records", record]]), photo.base64.length + 10_000),
      set: (key, value) => guard(() => store.write([["meta", { key, value }]])),
      setDraft,
      dropDrafts,
      reopen: store.reopen,
    };
  }

  /** Ask that the browser does not clear the store by itself. Some ask the person first: nothing waits for it. */
  function persist() {
    try {
      navigator.storage?.persist?.().catch(() => {});
    } catch {
      // Not every way of opening a page has it.
    }
  }

  kanpo.store = { open, room, persist, isFull, NoSpace, DRAFT };
})(globalThis);
