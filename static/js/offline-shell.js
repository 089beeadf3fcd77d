// On every staff page: how many entries wait, sending them, and a sign-out that waits for them. On a session's pages also
// keeping entries without network, and a page that locks when the sign-in has ended.
import * as store from "./offline-store.js";
import { ask, flush, lookUp, savedWords } from "./offline-send.js";
import { attach } from "./offline-form.js";
import { draw } from "./offline-list.js";
import { keepDrafts, lock, watchSignIn } from "./offline-lock.js";

const EVERY = 5_000;
const meta = document.querySelector('meta[name="offline-owner"]');
const owner = meta?.content;
const place = document.querySelector("#offline-place");
const forms = document.querySelectorAll("form[data-offline]");
const pages = document.querySelector("[data-offline-counter]");
// A page that says when the network is away, and on which nothing else asks the server.
const asksItself = document.querySelector("[data-offline-away]") && !document.querySelector("#session-poll");

function say(words, isWrong = false) {
  const line = document.querySelector("[data-offline-says]");
  if (line) line.textContent = words;
  else window.clinic?.toast(words, { kind: isWrong ? "error" : "info" });
}

async function show() {
  const waiting = await store.count(owner);
  document.documentElement.dataset.pending = String(waiting);
  pages.hidden = waiting === 0;
  pages.querySelector("[data-offline-count]").textContent = await store.countWords(owner);
  const list = document.querySelector("[data-offline-list]");
  if (list) {
    await draw(list, owner, { session: place?.dataset.session, say });
    document.querySelector("[data-offline-panel]").hidden = !list.children.length;
  }
}

let isAway = false;
function showAway(isNow) {
  isAway = isNow || !navigator.onLine; // an answer that was on its way when the network went says nothing
  const banner = document.querySelector("[data-offline-away]");
  if (banner && banner.hidden === isAway) banner.hidden = !isAway;
}

// What no device keeps stays on the page instead of being lost on the way.
function holdBack(event) {
  const form = event.target;
  if (!isAway || form.method !== "post" || form.matches("[data-offline], [data-sign-out]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  say("No network: this was not sent, and it is not kept on this device. What you typed stays on this page.", true);
}

// A session's page learns what it has to know without network: once, and again when others changed something.
let isKnown = false;
async function learnPlace() {
  if (!place || isKnown) return;
  const { session, patient, place: where, choices } = place.dataset;
  const told = await lookUp(choices);
  if (!told) return;
  isKnown = true;
  await store.rememberPlace(owner, { session, label: `${patient} \u00B7 ${where}`, place: where, ...told });
}

// Nobody was here for too long and nobody can sign in: the page for recording without network takes over, locked.
async function leaveIfIdle() {
  if (!place || !navigator.serviceWorker?.controller || !(await store.isIdle())) return;
  await keepDrafts(owner);
  window.location.reload();
}

let resting = 0;
async function send() {
  if (resting > Date.now()) return;
  let done = await flush(owner);
  if (done.is === "empty" && (isAway || asksItself)) done = await ask();
  if (done.saved?.length) say(savedWords(done));
  if (done.is === "signed out") { if (place) lock(owner); resting = Date.now() + EVERY; }
  if (done.is === "away" || done.is === "in") showAway(done.is === "away");
  if (done.is === "away") { resting = Date.now() + EVERY; await leaveIfIdle(); }
  else await learnPlace();
}

// Sign-out, another practice, and handing the tablet over: each ends the sign-in.
async function leave(event) {
  const form = event.target;
  if (!form.matches("[data-sign-out]") || "nothingWaits" in form.dataset) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const mine = await store.count(owner);
  if (mine) { refuseToLeave(mine); return; }
  const others = await store.count();
  if (!others) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "nothing_waits", value: "yes" }));
  await store.closeAllBut(null);
  form.dataset.nothingWaits = "";
  form.requestSubmit(event.submitter);
}

function refuseToLeave(waiting) {
  const dialog = document.querySelector("#offline-waits");
  const words = waiting === 1 ? "1 entry on this device is not saved yet." : `${waiting} entries on this device are not saved yet.`;
  dialog.querySelector("[data-offline-waiting]").textContent = words;
  dialog.showModal();
}

async function prepare() {
  if (!(await store.isOpen(owner))) {
    const who = await ask();
    if (who.is === "in" && who.owner === owner) await store.open(owner, who.locks);
  }
  for (const form of forms) attach(form, owner, { say });
  if (!place) return;
  await learnPlace();
  document.addEventListener("htmx:oobAfterSwap", () => { isKnown = false; });
  store.askToPersist();
  await watchSignIn(owner, forms);
  navigator.serviceWorker?.register("/sessions/offline-worker.js", { scope: "/sessions/" }).catch(() => {});
}

async function start() {
  for (const failed of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(failed, () => { showAway(true); leaveIfIdle(); });
  document.addEventListener("htmx:afterOnLoad", () => showAway(false));
  window.addEventListener("offline", () => showAway(true));
  document.addEventListener("submit", leave, true);
  document.addEventListener("submit", holdBack, true);
  showAway(!navigator.onLine);
  store.onChange(show);
  await store.closeAllBut(owner);
  await store.setZone(meta.dataset.zone);
  store.noteUse();
  store.noteEveryUse();
  if (forms.length || place) await prepare();
  document.documentElement.dataset.offlineReady = "";
  await show();
  window.addEventListener("online", () => { resting = 0; send(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
  window.setInterval(send, EVERY);
  await send();
}

if (owner && pages && store.isPossible) start();
