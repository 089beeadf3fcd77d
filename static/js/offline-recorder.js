// The page that stands in for a session's page without network; with network it is where entries that wait are looked at.
import * as store from "./offline-store.js";
import { ask, flush, savedWords } from "./offline-send.js";
import { attach, fill, renew } from "./offline-form.js";
import { draw } from "./offline-list.js";

const EVERY = 5_000;
const part = (name) => document.querySelector(`[data-recorder="${name}"]`);
const forms = [...document.querySelectorAll("form[data-offline]")];
const asked = location.pathname.match(/^\/sessions\/([0-9a-f-]{36})\//)?.[1] || "";
let owner = null;
let known = [];
let isLocked = false;

function say(words, isWrong = false) {
  part("says").textContent = words;
  part("says").classList.toggle("text-danger", isWrong);
}

// A locked page tells which session, not whose.
const nameOf = (place) => (isLocked ? place.place : place.label);

// The people and infusions of a session, which this page does not know by itself.
function offer(form, choices = {}) {
  for (const [name, options] of Object.entries(choices)) {
    const field = form.elements.namedItem(name);
    if (field?.options) field.replaceChildren(new Option("Choose", ""), ...options.map(([value, words]) => new Option(words, value)));
  }
}

function choose(session) {
  const place = known.find((one) => one.session === session);
  part("label").textContent = place ? nameOf(place) : isLocked ? "This device is locked" : "Entries on this device";
  for (const form of forms) {
    form.dataset.session = session;
    form.closest("[data-recorder-form]").hidden = !place?.may.includes(form.dataset.offline);
    offer(form, place?.choices);
  }
  part("back").href = session ? `/sessions/${session}/` : "/sessions/board/";
  for (const link of part("places").querySelectorAll("button")) link.setAttribute("aria-pressed", String(link.dataset.session === session));
}

function drawPlaces() {
  const links = known.map((place) => {
    const link = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-secondary", textContent: nameOf(place) });
    link.dataset.session = place.session;
    link.addEventListener("click", () => choose(place.session));
    return link;
  });
  part("places").replaceChildren(...links);
  part("places-card").hidden = known.length < 2;
}

function correct(entry) {
  choose(entry.session);
  const form = forms.find((one) => one.dataset.offline === entry.what);
  renew(form);
  fill(form, entry.fields);
  form.elements.namedItem("id").value = entry.id;
  form.dataset.enteredAt = entry.enteredAt;
  form.dataset.corrects = entry.corrects || "";
  Object.assign(form.closest("[data-recorder-form]"), { hidden: false, open: true });
  form.querySelector("input:not([type=hidden]), select, textarea").focus();
  say("Correct it below and save: it takes the place of the entry in the list.");
}

// The sign-in has ended, or without network nobody used this device for as long as a sign-in lasts: the page goes on taking entries, and shows nothing more of anybody.
async function lock() {
  isLocked = true;
  drawPlaces();
  choose(forms[0].dataset.session);
  part("locked").hidden = false;
  await show();
}

const mustLock = async (is) => is === "signed out" || (is === "away" && (await store.isIdle()));

async function lockOrUnlock(is) {
  if (is === "in" && isLocked) window.location.reload();
  else if (!isLocked && (await mustLock(is))) await lock();
}

async function show() {
  if (isLocked) part("list").replaceChildren();
  else await draw(part("list"), owner, { correct, say });
  part("count").textContent = await store.countWords(owner);
  part("empty").hidden = isLocked || part("list").children.length > 0;
}

const STATES = {
  in: "Online.",
  empty: "Online.",
  away: "No network. What you save is kept on this device and sent later.",
  "signed out": "Your sign-in has ended. Sign in again: then your entries are sent.",
  "someone else": "Somebody else is signed in on this device.",
};

function tellState(is) {
  if (!(is in STATES)) return;
  part("state").textContent = STATES[is];
  part("sign-in").hidden = is !== "signed out";
  document.documentElement.classList.toggle("is-away", is === "away");
}

async function look() {
  const done = await flush(owner);
  if (done.saved?.length) say(savedWords(done));
  const is = done.is === "empty" ? (await ask()).is : done.is;
  tellState(is);
  await lockOrUnlock(is);
}

async function start() {
  const who = await ask();
  if (who.is === "in") await store.open(who.owner, who.locks);
  owner = who.is === "in" ? who.owner : await store.openOwner();
  tellState(who.is);
  if (!owner) { part("nobody").hidden = false; return; }
  window.clinic.setServerTime(new Date(Date.now() + (await store.clockOffset())).toISOString());
  known = await store.places(owner);
  isLocked = await mustLock(who.is);
  drawPlaces();
  for (const form of forms) { renew(form); attach(form, owner, { say, isRecorder: true, isLocked: () => isLocked }); }
  choose(known.some((place) => place.session === asked) ? asked : known.length === 1 ? known[0].session : "");
  if (isLocked) await lock();
  else store.noteEveryUse();
  part("work").hidden = false;
  store.onChange(show);
  await show();
  const wanted = isLocked ? null : (await store.entries(owner)).find((entry) => entry.id === location.hash.slice(1));
  if (wanted) correct(wanted);
  document.documentElement.dataset.offlineReady = "";
  window.addEventListener("online", look);
  window.setInterval(look, EVERY);
  await look();
}

if (store.isPossible) start();
else part("nobody").hidden = false;
