// A form whose entry is first kept on this device and then sent: <form data-offline="reading" data-label="Reading"
// data-session="id">, with data-corrects="id" for a correction and data-then="address" for the page to show once it is saved.
import * as store from "./offline-store.js";
import { flush } from "./offline-send.js";

const NOT_TYPED = ["csrfmiddlewaretoken", "id"];
const TICKED = ["radio", "checkbox"];
const NO_WORDS = ["hidden", "submit", "button"];
const SAYS = {
  away: "No network: kept on this device as pending. It is sent when the network is back.",
  "signed out": "Your sign-in has ended: kept on this device as pending. Sign in again and it is sent.",
  "someone else": "Somebody else is signed in now: kept on this device as pending until you sign in again.",
};

export function typed(form, submitter = null) {
  return Object.fromEntries([...new FormData(form, submitter)].filter(([name, value]) => !NOT_TYPED.includes(name) && value !== ""));
}

// What an entry says, on one line: of a reading its values, else the words chosen and typed, of a quick entry its button.
function said(form, submitter) {
  const fields = typed(form, submitter);
  if (form.dataset.offline === "reading") return readingWords(fields);
  const shown = [...form.elements].filter((field) => field.name && field.value && !NO_WORDS.includes(field.type));
  const words = shown.filter((field) => !TICKED.includes(field.type) || field.checked).map((field) => {
    if (field.selectedOptions) return field.selectedOptions[0].text;
    if (TICKED.includes(field.type)) return field.labels[0]?.textContent.trim();
    return field.type === "datetime-local" ? field.value.replace("T", " ") : field.value;
  });
  return words.join(" \u00B7 ") || submitter?.textContent.trim() || "";
}

function readingWords(fields) {
  const pressure = fields.systolic_mmhg ? `BP ${fields.systolic_mmhg}/${fields.diastolic_mmhg || "?"}` : "";
  const values = { HR: "heart_rate_bpm", SpO2: "spo2_pct", RR: "respiratory_rate", "MOAA/S": "moaas" };
  const rest = Object.entries(values).filter(([, name]) => fields[name]).map(([label, name]) => `${label} ${fields[name]}`);
  return [pressure, ...rest, fields.note].filter(Boolean).join(" \u00B7 ");
}

export function fill(form, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const field = form.elements.namedItem(name);
    if (!field) continue;
    if (field.type === "checkbox") field.checked = true;
    else field.value = value;
    field.closest?.("details")?.setAttribute("open", "");
  }
}

// Empties the form for the next entry, which is another one and has another id.
export function renew(form) {
  form.reset();
  const id = form.elements.namedItem("id");
  if (id) id.value = crypto.randomUUID();
  delete form.dataset.enteredAt;
  if (form.closest("[data-recorder-form]")) delete form.dataset.corrects;
  form.closest("details[data-quick]")?.removeAttribute("open");
  for (const part of form.querySelectorAll("details[open]")) part.open = false;
}

const entryOf = (form, submitter) => ({
  id: form.elements.namedItem("id")?.value || crypto.randomUUID(),
  session: form.dataset.session,
  what: form.dataset.offline,
  label: form.dataset.label,
  said: said(form, submitter),
  corrects: form.dataset.corrects || "",
  enteredAt: form.dataset.enteredAt || (window.clinic?.now?.() || new Date()).toISOString(),
  fields: typed(form, submitter),
});

function busy(form, isBusy) {
  form.classList.toggle("is-busy", isBusy);
  document.documentElement.classList.toggle("is-sending", isBusy); // the form itself may be drawn anew meanwhile
  for (const button of form.querySelectorAll("button[type=submit]")) {
    if (isBusy) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}

// `say(words)` tells what became of it; `isRecorder` for the page of this device, which shows refusals in its list and
// may be locked.
export function attach(form, owner, { say, isRecorder = false, isLocked = () => false }) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isRecorder && !form.reportValidity()) return;
    const entry = entryOf(form, event.submitter);
    busy(form, true);
    let isLeaving = false;
    try {
      isLeaving = isLocked() ? await keepForLater(form, entry, owner, say) : await keepAndSend(form, entry, event.submitter, owner, say, isRecorder);
    } finally {
      if (!isLeaving) busy(form, false);
    }
  });
}

// As a browser does it without scripts, with the button that was pressed.
function sendAsAnyForm(form, submitter) {
  if (submitter?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: submitter.name, value: submitter.value }));
  HTMLFormElement.prototype.submit.call(form);
  return true;
}

function goOn(address) {
  window.location.assign(address);
  if (new URL(address, location).pathname === location.pathname) window.location.reload();
  return true;
}

const NOT_KEPT = "This could not be kept on this device. Write it down on paper.";

// While the page is locked nobody knows who types: its person confirms it after signing in.
async function keepForLater(form, entry, owner, say) {
  try {
    await store.keep(owner, entry, true);
  } catch {
    say(NOT_KEPT, true);
    return false;
  }
  renew(form);
  say("Kept on this device. It is sent once its person has signed in and confirmed it.");
  return false;
}

// Answers whether this page is being left.
async function keepAndSend(form, entry, submitter, owner, say, isRecorder) {
  try {
    await store.keep(owner, entry);
  } catch {
    if (!isRecorder) return sendAsAnyForm(form, submitter);
    say(NOT_KEPT, true);
    return false;
  }
  store.askToPersist();
  const done = await flush(owner, isRecorder ? null : entry.id);
  if (done.refused) {
    // Its person is here: the server's own page says what is wrong beside each field.
    await store.forget(entry.id);
    return sendAsAnyForm(form, submitter);
  }
  const isSaved = done.saved?.includes(entry.id);
  if (isSaved && form.dataset.then) return goOn(form.dataset.then);
  renew(form);
  if (isSaved) say("Saved.");
  else say(isRecorder && done.is === "in" ? "The server did not take it: see the list." : SAYS[done.is] || SAYS.away);
  return false;
}
