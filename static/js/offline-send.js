// Sends what waits on this device, one entry after the other in the order they were typed, under the ids they were made
// with. One tab at a time sends; what the server refuses stays with its words and holds up nothing.
import * as store from "./offline-store.js";

const STATE = "/sessions/offline/state/";
const DISCARD = "/sessions/offline/discard/";
const PATIENCE = 10_000;
const NO_WORDS = {
  403: "You may no longer write to this session.",
  404: "This session is not here any more, or no longer yours to see.",
};
// What this page saw saved, newest first: {id, session, label, enteredAt, at}; nothing of it is kept.
export const saved = [];

const isSignedOut = (answer) => answer.type === "opaqueredirect" || answer.status === 401;
const isNotNow = (answer) => answer.status === 429 || answer.status >= 500;

function request(address, options = {}) {
  return fetch(address, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(PATIENCE), ...options });
}

// Who is signed in: {is: "in", owner, locks, csrf}, or {is: "away" | "signed out"}.
export async function ask() {
  try {
    const answer = await request(STATE);
    if (isSignedOut(answer) || answer.status === 403) return { is: "signed out" };
    if (!answer.ok) return { is: "away" };
    const told = await answer.json();
    await store.setClockOffset(told.now_ms - Date.now());
    return { is: "in", ...told };
  } catch {
    return { is: "away" };
  }
}

// What the server says at an address of its own; null while it does not answer.
export async function lookUp(address) {
  try {
    const answer = await request(address);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

// Sends everything of `owner`. `attended` is the id of the entry whose person watches. Answers {is, saved, refused}: `is`
// as above, or "empty", "busy", "someone else"; `refused` tells whether the attended one was not taken.
export function flush(owner, attended = null) {
  const how = attended ? {} : { ifAvailable: true };
  return navigator.locks.request("clinic-offline-send", how, (lock) => (lock ? sendAll(owner, attended) : { is: "busy" }));
}

async function sendAll(owner, attended) {
  if (!(await store.count(owner))) return { is: "empty" };
  const who = await ask();
  if (who.is !== "in") return who;
  if (who.owner !== owner) return { is: "someone else" };
  await store.open(owner, who.locks);
  const done = { is: "in", saved: [], refused: false };
  for (const entry of await store.entries(owner)) {
    if (entry.state !== "pending") continue;
    const outcome = await send(entry, who, entry.id === attended);
    if (outcome.is !== "in") return { ...done, is: outcome.is };
    if (outcome.words && entry.id === attended) done.refused = true;
    else if (outcome.words) await store.refuse(owner, entry.id, outcome.words, outcome.asks);
    else { await note(entry, outcome); done.saved.push(entry.id); }
  }
  return done;
}

async function note(entry, outcome) {
  saved.unshift({ id: entry.id, session: entry.session, label: entry.label, enteredAt: entry.enteredAt, at: outcome.at });
  await store.forget(entry.id);
}

function body(entry, who, isAttended) {
  const told = new URLSearchParams(entry.fields);
  const more = { id: entry.id, owner: who.owner, device: entry.device, seq: entry.seq, entered_at: entry.enteredAt };
  for (const [name, value] of Object.entries(more)) told.set(name, value);
  if (entry.corrects) told.set("corrects_id", entry.corrects);
  if (isAttended) told.set("attended", "1");
  return told;
}

async function send(entry, who, isAttended) {
  let answer;
  try {
    const address = `/sessions/${entry.session}/offline/${entry.what}/`;
    answer = await request(address, { method: "POST", headers: { "X-CSRFToken": who.csrf }, body: body(entry, who, isAttended) });
    if (isSignedOut(answer)) return { is: "signed out" };
    if (isNotNow(answer)) return { is: "away" };
    if (answer.ok) return { is: "in", ...(await answer.json()) };
  } catch {
    return { is: "away" };
  }
  const told = await answer.json().catch(() => ({}));
  if (told.code === "OTHER_PERSON") return { is: "someone else" };
  return { is: "in", asks: told.asks, words: told.words || [NO_WORDS[answer.status] || `The server did not take it (${answer.status}).`] };
}

export const savedWords = (done) => (done.saved?.length === 1 ? "1 entry of this device is saved now." : `${done.saved.length} entries of this device are saved now.`);

// Gives up an entry for a reason, which leaves an audit row; false when the server did not hear of it, and then it stays.
export async function discard(owner, entry, reason) {
  const who = await ask();
  if (who.is !== "in" || who.owner !== owner) return false;
  const told = { id: entry.id, owner, session_id: entry.session, what: entry.what, device: entry.device, seq: entry.seq, reason };
  try {
    const answer = await request(DISCARD, { method: "POST", headers: { "X-CSRFToken": who.csrf }, body: new URLSearchParams(told) });
    if (!answer.ok) return false;
  } catch {
    return false;
  }
  await store.forget(entry.id);
  return true;
}
