/* Where values are kept: IndexedDB, or localStorage where a browser has no other for a page from a file. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  /** Below this many bytes nothing more is taken, so that the last value is never half written. */
  const LEAST = 200_000;

  class NoSpace extends Error {}

  const isFull = (error) => !!error && (error.name === "QuotaExceededError" || error.name === "NS_ERROR_DOM_QUOTA_REACHED");

  /** Bytes that are left for this page; null where the browser does not tell. */
  async function room() {
    try {
      const { quota, usage } = await navigator.storage.estimate();
      return Math.max(0, quota - usage);
    } catch {
      return null;
    }
  }

  async function demand(bytes) {
    const left = await room();
    if (left !== null && left < bytes + LEAST) throw new NoSpace(String(left));
  }

  const answer = (request) =>
    new Promise((done, fail) => {
      request.onsuccess = () => done(request.result);
      request.onerror = () => fail(request.error);
    });

  function opened(name) {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      for (const store of ["records", "photos"]) request.result.createObjectStore(store, { keyPath: "record_id" });
      request.result.createObjectStore("meta", { keyPath: "key" });
    };
    return answer(request);
  }

  /** A store in IndexedDB; what `put` resolved for is on the disk. */
  async function inDatabase(name) {
    const db = await opened(name);
    const read = (store) => answer(db.transaction(store).objectStore(store).getAll());

    function write(entries) {
      return new Promise((done, fail) => {
        const stores = [...new Set(entries.map(([store]) => store))];
        const transaction = db.transaction(stores, "readwrite", { durability: "strict" });
        transaction.oncomplete = () => done();
        transaction.onabort = () => fail(transaction.error || new Error("aborted"));
        try {
          for (const [store, entry] of entries) transaction.objectStore(store).put(entry);
        } catch (error) {
          transaction.abort();
          fail(error);
        }
      });
    }

    return {
      kind: "indexedDB",
      records: () => read("records"),
      photos: () => read("photos"),
      settings: async () => Object.fromEntries((await read("meta")).map(({ key, value }) => [key, value])),
      write,
    };
  }

  /** The same in localStorage: one entry to a record, so that none overwrites another. */
  function inEntries(name) {
    localStorage.setItem(`${name}/probe`, "1");
    localStorage.removeItem(`${name}/probe`);
    const read = (store) =>
      Object.keys(localStorage)
        .filter((key) => key.startsWith(`${name}/${store}/`))
        .sort()
        .map((key) => JSON.parse(localStorage.getItem(key)));
    return {
      kind: "localStorage",
      records: async () => read("records"),
      photos: async () => read("photos"),
      settings: async () => Object.fromEntries(read("meta").map(({ key, value }) => [key, value])),
      async write(entries) {
        const done = [];
        try {
          for (const [store, entry] of entries) {
            const key = `${name}/${store}/${entry.record_id || entry.key}`;
            const before = localStorage.getItem(key);
            localStorage.setItem(key, JSON.stringify(entry));
            done.push([key, before]);
          }
        } catch (error) {
          for (const [key, before] of done) before === null ? localStorage.removeItem(key) : localStorage.setItem(key, before);
          throw error;
        }
      },
    };
  }

  /** Values from a day on which the browser had no database go where all the others are. */
  async function bringOver(name, store) {
    const entries = inEntries(name);
    const found = [];
    for (const kind of ["records", "photos"]) for (const entry of await entries[kind]()) found.push([kind, entry]);
    if (!found.length) return;
    await store.write(found);
    for (const [kind, entry] of found) localStorage.removeItem(`${name}/${kind}/${entry.record_id}`);
  }

  /** The store of a trial, or null where this way of opening the page keeps nothing. */
  async function open(name) {
    let store = null;
    try {
      store = await inDatabase(name);
      await bringOver(name, store).catch(() => {});
    } catch {
      try {
        store = inEntries(name);
      } catch {
        return null;
      }
    }
    const kept = await navigator.storage?.persist?.().catch(() => false);
    const guard = async (entries, bytes = 2_000) => {
      await demand(bytes);
      try {
        await store.write(entries);
      } catch (error) {
        throw isFull(error) ? new NoSpace(String(error)) : error;
      }
    };
    return {
      kind: store.kind,
      kept: !!kept,
      records: store.records,
      photos: store.photos,
      settings: store.settings,
      putRecord: (record) => guard([["records", record]]),
      putPhoto: (record, photo) => guard([["photos", { ...photo, record_id: record.record_id }], ["records", record]], photo.base64.length + 10_000),
      set: (key, value) => guard([["meta", { key, value }]]),
    };
  }

  kanpo.store = { open, room, NoSpace };
})(globalThis);
