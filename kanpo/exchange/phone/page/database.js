/* IndexedDB as a store: what a write resolved for is on the disk, and a connection that was lost is made anew. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  /** A browser that does not answer for so long will not: some forget requests of a page they had put to sleep. */
  const PATIENCE_MS = 8_000;

  const answer = (request) =>
    new Promise((done, fail) => {
      request.onsuccess = () => done(request.result);
      request.onerror = () => fail(request.error);
    });

  const inTime = (promise) => {
    let timer = 0;
    const late = new Promise((_, fail) => (timer = setTimeout(() => fail(new DOMException("no answer", "TimeoutError")), PATIENCE_MS)));
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  };

  function opened(name) {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      for (const store of ["records", "photos"]) request.result.createObjectStore(store, { keyPath: "record_id" });
      request.result.createObjectStore("meta", { keyPath: "key" });
    };
    return answer(request);
  }

  /** All of `work` in one transaction, or nothing of it; what `work` throws later comes out, too. */
  function whole(db, stores, durability, work) {
    return new Promise((done, fail) => {
      const transaction = db.transaction(stores, "readwrite", { durability });
      let result;
      let wrong = null;
      const guard = (step) => (event) => {
        try {
          step(event);
        } catch (error) {
          wrong = error;
          transaction.abort();
        }
      };
      transaction.oncomplete = () => done(result);
      transaction.onabort = () => fail(wrong || transaction.error || new DOMException("aborted", "AbortError"));
      guard(() => work(transaction, (value) => (result = value), guard))();
    });
  }

  async function open(name) {
    let connecting = null;

    function forget() {
      connecting?.then((db) => db.close()).catch(() => {});
      connecting = null;
    }
    function connect() {
      connecting ??= opened(name).then((db) => {
        // Closed by the browser, or because a newer page wants to change the store: the next write opens it again.
        db.onclose = db.onversionchange = forget;
        return db;
      });
      return connecting;
    }
    /** A step that fails is tried once more on a new connection; only a full disk would fail again. */
    async function attempt(step) {
      try {
        return await inTime(connect().then(step));
      } catch (error) {
        forget();
        if (kanpo.store.isFull(error)) throw error;
        return inTime(connect().then(step));
      }
    }
    const read = (store) => attempt((db) => answer(db.transaction(store).objectStore(store).getAll()));

    /** Records are never taken out: as many as before are the same as before. */
    let known = [];

    function write(entries, removed = [], durability = "strict") {
      const stores = [...new Set([...entries.map(([store]) => store), ...(removed.length ? ["meta"] : [])])];
      return attempt((db) =>
        whole(db, stores, durability, (transaction) => {
          for (const [store, entry] of entries) transaction.objectStore(store).put(entry);
          for (const key of removed) transaction.objectStore("meta").delete(key);
        }),
      );
    }

    /** Ask `decide` what to record when no other tab can write; it sees all records and gives one, or null. */
    async function record(decide, removed) {
      const made = await attempt((db) =>
        whole(db, ["records", "meta"], "strict", (transaction, give, guard) => {
          const records = transaction.objectStore("records");
          const put = (all) => {
            known = all;
            const made = decide(all);
            if (made) records.put(made);
            for (const key of removed) transaction.objectStore("meta").delete(key);
            give(made);
          };
          const counting = records.count();
          counting.onsuccess = guard(() => {
            if (counting.result === known.length) return put(known);
            const reading = records.getAll();
            reading.onsuccess = guard(() => put(reading.result));
            return undefined;
          });
        }),
      );
      if (made && !known.some((one) => one.record_id === made.record_id)) known = [...known, made];
      return made;
    }

    await connect().catch((error) => {
      forget();
      throw error;
    });
    return {
      kind: "indexedDB",
      records: async () => (known = await read("records")),
      photos: () => read("photos"),
      settings: async () => Object.fromEntries((await read("meta")).map(({ key, value }) => [key, value])),
      write,
      record,
      reopen: forget,
    };
  }

  kanpo.database = { open: (name) => inTime(open(name)) };
})(globalThis);
