// When the sign-in has ended, a session's page locks over what it shows. What was half typed is kept encrypted and comes
// back with its person; what was saved on this device is sent then.
import * as store from "./offline-store.js";
import { ask } from "./offline-send.js";
import { fill, typed } from "./offline-form.js";

const EVERY = 5_000;
let watched = [];
const placeOf = (form) => `${form.dataset.session} ${form.dataset.offline} ${form.dataset.corrects || ""}`;

export async function keepDrafts(owner) {
  for (const form of watched) {
    const fields = typed(form);
    if (Object.keys(fields).length) await store.keepDraft(owner, placeOf(form), fields);
  }
}

export async function lock(owner) {
  const dialog = document.querySelector("#offline-lock");
  if (!dialog || dialog.open) return;
  await keepDrafts(owner);
  const waiting = await store.count(owner);
  const words = waiting ? `${waiting} ${waiting === 1 ? "entry waits" : "entries wait"} on this device and will be sent then.` : "";
  dialog.querySelector("[data-lock-waiting]").textContent = words;
  document.documentElement.classList.add("is-locked");
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.showModal();
  const look = window.setInterval(async () => {
    const who = await ask();
    if (who.is !== "in") return;
    window.clearInterval(look);
    if (who.owner === owner) unlock(dialog);
    else window.location.assign("/");
  }, EVERY);
}

function unlock(dialog) {
  document.documentElement.classList.remove("is-locked");
  dialog.close();
}

// A page that asks by itself hears first that the sign-in has ended.
export async function watchSignIn(owner, forms) {
  watched = [...forms].filter((form) => !form.closest("[data-quick]")); // nothing is typed into a quick entry
  document.addEventListener("htmx:responseError", (event) => { if (event.detail.xhr.status === 401) lock(owner); });
  for (const form of watched) {
    const fields = await store.takeDraft(owner, placeOf(form));
    if (fields) fill(form, fields);
  }
}
