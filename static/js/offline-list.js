// The entries of this device, each with what became of it: pending, not taken, saved.
import * as store from "./offline-store.js";
import { discard, flush, saved } from "./offline-send.js";

const SIGNS = { pending: "\u25D4", refused: "\u2716", held: "\u25D1", saved: "\u2714" };
const CHIPS = { pending: ["sync--pending", "pending"], refused: ["sync--failed", "not taken"], held: ["sync--pending", "to confirm"], saved: ["sync--saved", "saved"] };
const SHOWN_SAVED = 5;
const WHY_DISCARDED = { stored: "It is recorded in another way", wrong: "It was wrong", elsewhere: "It belongs to another session" };

function element(tag, css, words) {
  const made = document.createElement(tag);
  if (css) made.className = css;
  if (words) made.textContent = words;
  return made;
}

let zone;
const clock = (iso) => new Date(iso).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });

function chip(state) {
  const [css, words] = CHIPS[state];
  const made = element("span", `sync ${css}`);
  const sign = element("span", "", SIGNS[state]);
  sign.setAttribute("aria-hidden", "true");
  made.append(sign, element("span", "", words));
  return made;
}

function button(words, about, act) {
  const made = element("button", "btn btn-sm btn-secondary", words);
  made.type = "button";
  made.append(element("span", "visually-hidden", ` ${about}`));
  made.addEventListener("click", act);
  return made;
}

function line(state, entry, more = []) {
  const made = element("li", "offline-entry");
  made.dataset.entry = entry.id;
  made.dataset.state = state;
  const words = element("span", "offline-entry__words");
  words.append(element("strong", "", `${entry.label} ${clock(entry.enteredAt)}`));
  if (entry.where) words.append(element("span", "small muted", ` ${entry.where} \u00B7`));
  if (entry.said) words.append(` ${entry.said}`);
  if (state === "held") words.append(element("span", "offline-entry__refusal", "Entered while this device was locked. Send it if it is yours."));
  for (const one of entry.words || []) words.append(element("span", "offline-entry__refusal", one));
  made.append(words, chip(state), ...more);
  return made;
}

// A reason with which the server lets pass what it refused.
function reasonField(entry, { name, words }) {
  const made = element("label", "offline-entry__reason form-label", "Why all the same?");
  made.append(element("span", "visually-hidden", ` ${words}`));
  made.append(Object.assign(element("input", "form-control"), { name, maxLength: 500, autocomplete: "off", value: entry.fields[name] || "" }));
  return made;
}

// Two presses: the first asks why, the second gives it up.
function discardButton(owner, entry, about, say) {
  const why = element("select", "form-select form-select-sm");
  why.append(new Option("Why?", ""), ...Object.entries(WHY_DISCARDED).map(([reason, words]) => new Option(words, reason)));
  why.setAttribute("aria-label", `Why discard ${about}`);
  const made = button("Discard", about, async () => {
    if (!why.isConnected) {
      made.firstChild.textContent = "Discard for good";
      made.classList.replace("btn-secondary", "btn-danger");
      made.before(why);
      why.focus();
      return;
    }
    if (!why.value) { say("Choose why it is discarded.", true); why.focus(); return; }
    const done = await discard(owner, entry, why.value);
    say(done ? "Discarded; an audit row says so." : "Not discarded: the server has to hear of it. Try again with network.", !done);
  });
  return made;
}

function link(words, about, address) {
  const made = Object.assign(element("a", "btn btn-sm btn-secondary", words), { href: address });
  made.append(element("span", "visually-hidden", ` ${about}`));
  return made;
}

// On a session's page what was not taken can be decided at once; correcting it has a page of its own.
function acts(owner, entry, { correct, say }) {
  if (!correct && entry.state === "pending") return [];
  const about = `the entry of ${clock(entry.enteredAt)}`;
  const reasons = (entry.asks || []).map((ask) => reasonField(entry, ask));
  const again = button(entry.state === "held" ? "It is mine: send it" : "Send again", about, async () => {
    for (const field of reasons.map((one) => one.querySelector("input"))) if (field.value.trim()) entry.fields[field.name] = field.value;
    await store.keep(owner, entry);
    await flush(owner);
  });
  const row = element("span", "cluster");
  const change = correct ? button("Correct", about, () => correct(entry)) : link("Correct", about, `/sessions/offline/#${entry.id}`);
  row.append(...reasons, change, ...(entry.state === "pending" ? [] : [again]), discardButton(owner, entry, about, say));
  return [row];
}

// Draws the entries of `session` (all without one) into `list`; `say` hears what became of an act, `correct` opens an entry in a form of this page. Answers how many.
export async function draw(list, owner, { session = "", correct = null, say = null } = {}) {
  zone ||= await store.zone();
  const places = session ? [] : await store.places(owner);
  const names = places.length > 1 ? Object.fromEntries(places.map((place) => [place.session, place.label])) : {};
  const all = (await store.entries(owner)).map((entry) => ({ ...entry, where: names[entry.session] }));
  const mine = all.filter((entry) => !session || entry.session === session);
  const gone = saved.filter((entry) => !session || entry.session === session).slice(0, SHOWN_SAVED);
  const waiting = new Set(mine.map((entry) => entry.id));
  const lines = mine.map((entry) => line(entry.state, entry, acts(owner, entry, { correct, say })));
  const kept = gone.filter((entry) => !waiting.has(entry.id)).map((entry) => line("saved", entry));
  // A reason that is being typed or chosen is not drawn over.
  if (list.contains(document.activeElement) && document.activeElement.matches("input, select")) return mine.length;
  if (list.contains(document.activeElement)) {
    const at = document.activeElement.closest("[data-entry]")?.dataset.entry;
    list.replaceChildren(...lines, ...kept);
    list.querySelector(`[data-entry="${at}"] button`)?.focus();
  } else {
    list.replaceChildren(...lines, ...kept);
  }
  return mine.length;
}
