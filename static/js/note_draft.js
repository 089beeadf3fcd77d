// Saves a note's draft while it is typed, and says where it stands. Without this file the button "Save draft" does it.
// <form data-note-draft="address"> holds input[name=version], #draft-state and #draft-conflict, which each answer replaces.
(() => {
  "use strict";
  const form = document.querySelector("form[data-note-draft]");
  if (!form) return;

  const PAUSE = 2000, RETRY = 10000;
  let timer = 0, changed = false, running = null, conflict = Boolean(form.querySelector("[data-conflict]"));
  // `changed`: something was typed since the last save began. `conflict`: a newer draft exists, only a person may go on.

  const state = () => form.querySelector("#draft-state");
  function say(kind, words) {
    const line = document.createElement("span");
    line.className = `sync sync--${kind}`;
    line.setAttribute("role", "status");
    line.textContent = words;
    state().replaceChildren(line);
  }
  function later(wait) {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, wait);
  }

  // The answer is our own server's fragment; it brings the version that the next save has to name.
  function show(text) {
    const answer = new DOMParser().parseFromString(text, "text/html");
    const [now, differences] = ["#draft-state", "#draft-conflict"].map((id) => answer.querySelector(id));
    if (!now) return false;
    form.elements.version.value = now.dataset.version;
    conflict = "conflict" in now.dataset;
    state().replaceWith(now);
    if (differences) form.querySelector("#draft-conflict").replaceWith(differences);
    return true;
  }

  async function send() {
    const body = new FormData(form);
    changed = false;
    say("pending", "Saving…");
    try {
      const answer = await fetch(form.dataset.noteDraft, {
        method: "POST",
        body,
        headers: { "HX-Request": "true", "X-CSRFToken": body.get("csrfmiddlewaretoken") },
      });
      if ([200, 409, 422].includes(answer.status) && show(await answer.text())) {
        if (answer.status !== 200) changed = true;
        return;
      }
      changed = true;
      if (answer.status === 401 || answer.status === 403) {
        say("failed", "Not saved: your sign-in has ended. Sign in again in another tab; copy your text before you reload.");
        return;
      }
      say("failed", "Not saved yet. Trying again.");
    } catch {
      changed = true;
      say("failed", "Not saved yet: no connection. Trying again.");
    }
    later(RETRY);
  }

  function save() {
    if (!changed || conflict) return;
    if (running) { later(PAUSE); return; }
    running = send().finally(() => { running = null; });
  }

  form.addEventListener("input", () => {
    changed = true;
    if (conflict) return;
    if (!running) say("pending", "Not saved yet");
    later(PAUSE);
  });
  window.addEventListener("beforeunload", (event) => { if (changed || running) event.preventDefault(); });

  // A click on a button while a save is on its way waits for the answer, or it would name a version that is old by then.
  form.addEventListener("submit", (event) => {
    window.clearTimeout(timer);
    if (!running) { changed = false; return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;
    running.then(() => { if (!conflict) form.requestSubmit(button); });
  }, true);
})();
