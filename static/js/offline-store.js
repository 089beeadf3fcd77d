// What a device keeps while the network is away: entries, the places they belong to, half-typed forms. All of it is
// encrypted (AES-GCM) under a key that belongs to one person of one practice and cannot be read out. The key is made of
// a salt of this device and of words that the server gives to that person only; it is thrown away when somebody else
// signs in here, and made again when its person comes back (docs/decisions/0017).
const NAME = "clinic-offline";
const STORES = ["meta", "lockers", "entries", "places", "drafts"];
const KNOWN_TEXT = "this locker opens";
const news = new BroadcastChannel(NAME);
const text = new TextEncoder();
let opened = null;

export const isPossible = Boolean(globalThis.isSecureContext && globalThis.indexedDB && crypto.subtle && navigator.locks && AbortSignal.timeout);

function connect() {
  opened ||= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => { for (const store of STORES) asked.result.createObjectStore(store, { keyPath: "id" }); };
    asked.onerror = () => { opened = null; reject(asked.error); };
    asked.onsuccess = () => {
      const db = asked.result;
      db.onversionchange = () => { db.close(); opened = null; };
      db.onclose = () => { opened = null; };
      resolve(db);
    };
  });
  return opened;
}

// Runs `work` on the object stores named, and answers with what it returned once everything is on the disk.
async function within(stores, mode, work) {
  const db = await connect();
  return new Promise((resolve, reject) => {
    const act = db.transaction(stores, mode, { durability: "strict" });
    let answer;
    act.oncomplete = () => resolve(answer);
    act.onerror = act.onabort = () => reject(act.error);
    answer = work(...[].concat(stores).map((store) => act.objectStore(store)));
    if (answer instanceof IDBRequest) { const asked = answer; asked.onsuccess = () => { answer = asked.result; }; }
  });
}
const read = (store, id) => within(store, "readonly", (rows) => rows.get(id));
const all = (store) => within(store, "readonly", (rows) => rows.getAll());
const write = (store, row) => within(store, "readwrite", (rows) => rows.put(row)).then(() => row);
const remove = (store, id) => within(store, "readwrite", (rows) => { rows.delete(id); });

export const tell = () => { news.postMessage("changed"); for (const hear of hearers) hear(); };
const hearers = new Set();
news.onmessage = () => { for (const hear of hearers) hear(); };
export const onChange = (hear) => hearers.add(hear);

// --- keys -----------------------------------------------------------------------------------------------------------

async function keyFrom(words, salt, owner) {
  const raw = Uint8Array.from(atob(words), (sign) => sign.charCodeAt(0));
  const secret = await crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: text.encode(`entries of ${owner}`) };
  return crypto.subtle.deriveKey(how, secret, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

const bound = (row) => text.encode([row.owner, row.id, row.seq || 0].join("|"));

async function seal(key, row, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bound(row) }, key, text.encode(JSON.stringify(value)));
  return { ...row, iv, data };
}

async function unseal(key, row) {
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv, additionalData: bound(row) }, key, row.data);
  return JSON.parse(new TextDecoder().decode(plain));
}

const opens = (key, locker) => unseal(key, locker).then((words) => words === KNOWN_TEXT, () => false);

// Opens the locker of `owner` with the words the server gave, and closes everybody else's. Throws when entries wait in
// it that none of the words opens.
export async function open(owner, locks) {
  await closeAllBut(owner);
  const locker = await read("lockers", owner);
  if (locker) {
    for (const words of locks) {
      const key = await keyFrom(words, locker.salt, owner);
      if (await opens(key, locker)) { await write("lockers", { ...locker, key }); return; }
    }
    if (await count(owner)) throw new Error("The entries on this device open with none of the server's keys.");
  }
  const salt = crypto.getRandomValues(new Uint8Array(32));
  const key = await keyFrom(locks[0], salt, owner);
  await write("lockers", { ...(await seal(key, { id: owner, owner }, KNOWN_TEXT)), salt, key });
}

export async function closeAllBut(owner) {
  for (const locker of await all("lockers")) if (locker.id !== owner && locker.key) await write("lockers", { ...locker, key: null });
}

const keyOf = async (owner) => (await read("lockers", owner))?.key || null;
export const isOpen = async (owner) => Boolean(await keyOf(owner));

// Whose locker is open on this device, for pages that no server told; null when nobody's is.
export async function openOwner() {
  return (await all("lockers")).find((locker) => locker.key)?.id || null;
}

// --- entries --------------------------------------------------------------------------------------------------------

async function device() {
  const known = await read("meta", "device");
  return known ? known.value : (await write("meta", { id: "device", value: crypto.randomUUID() })).value;
}

// The next place among the entries of this device, counted in one step whoever else counts.
function nextSeq() {
  return within("meta", "readwrite", (rows) => {
    const asked = rows.get("seq");
    const counted = {};
    asked.onsuccess = () => { counted.seq = (asked.result?.value || 0) + 1; rows.put({ id: "seq", value: counted.seq }); };
    return counted;
  }).then((counted) => counted.seq);
}

// Keeps an entry: {id, session, what, fields, enteredAt, corrects}. The same id again takes its place, with the
// time and the place it had. A held one is not sent before its person says that it is theirs. Throws when nothing can
// be kept.
export async function keep(owner, entry, isHeld = false) {
  const key = await keyOf(owner);
  if (!key) throw new Error("Nobody's entries can be kept on this device now.");
  const before = await read("entries", entry.id);
  const row = { id: entry.id, owner, seq: before?.owner === owner ? before.seq : await nextSeq(), state: isHeld ? "held" : "pending" };
  const value = { ...entry, device: await device(), words: [], asks: [] };
  await write("entries", await seal(key, row, value));
  tell();
  return { ...value, seq: row.seq, state: row.state };
}

// Marks an entry as not taken, with the server's words and the reasons it asks for ({name, words}); it stays until its
// person corrects or discards it.
export async function refuse(owner, id, words, asks = []) {
  const [key, row] = [await keyOf(owner), await read("entries", id)];
  if (!key || !row) return;
  await write("entries", await seal(key, { id, owner, seq: row.seq, state: "refused" }, { ...(await unseal(key, row)), words, asks }));
  tell();
}

export async function forget(id) {
  await remove("entries", id);
  tell();
}

// The entries of their person in the order they were typed; none while the locker is closed.
export async function entries(owner) {
  const key = await keyOf(owner);
  if (!key) return [];
  const mine = (await all("entries")).filter((row) => row.owner === owner).sort((one, other) => one.seq - other.seq);
  return Promise.all(mine.map(async (row) => ({ ...(await unseal(key, row)), seq: row.seq, state: row.state })));
}

// How many entries wait: this person's, or everybody's without one. Asks for no key.
export async function count(owner) {
  return (await all("entries")).filter((row) => !owner || row.owner === owner).length;
}

const WORDS = { pending: "pending", held: "to confirm", refused: "not taken" };

// The same in words, by what became of them: "2 pending, 1 not taken".
export async function countWords(owner) {
  const states = (await all("entries")).filter((row) => row.owner === owner).map((row) => row.state);
  const parts = Object.entries(WORDS).map(([state, words]) => [states.filter((one) => one === state).length, words]);
  return parts.filter(([number]) => number).map(([number, words]) => `${number} ${words}`).join(", ") || "0 pending";
}

// --- places and half-typed forms -------------------------------------------------------------------------------------

const PLACE_LASTS = 24 * 3600 * 1000;

// Remembers a session whose page was open here: {session, label, may}.
export async function rememberPlace(owner, place) {
  const key = await keyOf(owner);
  if (!key) return;
  for (const row of await all("places")) if (row.seen < Date.now() - PLACE_LASTS) await remove("places", row.id);
  await write("places", await seal(key, { id: `${owner} ${place.session}`, owner, seen: Date.now() }, place));
}

export async function places(owner) {
  const key = await keyOf(owner);
  if (!key) return [];
  const mine = (await all("places")).filter((row) => row.owner === owner).sort((one, other) => other.seen - one.seen);
  return Promise.all(mine.map((row) => unseal(key, row)));
}

export async function keepDraft(owner, place, fields) {
  const key = await keyOf(owner);
  if (key) await write("drafts", await seal(key, { id: `${owner} ${place}`, owner }, fields));
}

// Gives back what was half typed at a place, once.
export async function takeDraft(owner, place) {
  const [key, row] = [await keyOf(owner), await read("drafts", `${owner} ${place}`)];
  if (!key || !row) return null;
  await remove("drafts", row.id);
  return unseal(key, row);
}

// The server's clock against this device's, in milliseconds, as a page was last told.
export const clockOffset = async () => (await read("meta", "offset"))?.value || 0;
export const setClockOffset = (value) => write("meta", { id: "offset", value });

// The practice's time zone, in which times are shown.
export const zone = async () => (await read("meta", "zone"))?.value;
export const setZone = (value) => write("meta", { id: "zone", value });

// When somebody last did something here, in milliseconds by this device's clock, and whether that is too long ago to go
// on showing anything (as for a sign-in, R29).
const IDLE = 15 * 60_000;
const NOTED_EVERY = 10_000;
let noted = 0;
export const noteUse = () => { if (Date.now() - noted > NOTED_EVERY) { noted = Date.now(); write("meta", { id: "used", value: noted }); } };
export const isIdle = async () => Date.now() - ((await read("meta", "used"))?.value || 0) > IDLE;
export function noteEveryUse() {
  for (const use of ["pointerdown", "keydown"]) document.addEventListener(use, noteUse, { capture: true, passive: true });
}

// Asks the browser not to throw this away when the disk is full.
export const askToPersist = async () => (navigator.storage?.persist ? navigator.storage.persist() : false);
