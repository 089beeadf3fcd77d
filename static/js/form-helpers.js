// Small helps for forms: unsaved-work warning, slider read-out, steps on one page, jump to the first error.
(() => {
  "use strict";

  // <form data-guard-unsaved>: leaving with typed, unsent work asks first.
  const guarded = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-guard-unsaved]");
    if (form) guarded.add(form);
  });
  document.addEventListener("submit", (event) => guarded.delete(event.target));
  window.addEventListener("beforeunload", (event) => {
    for (const form of guarded) if (!form.isConnected) guarded.delete(form);
    if (guarded.size) event.preventDefault();
  });
  document.addEventListener("htmx:responseError", (event) => {
    const form = event.target.closest?.("form[data-guard-unsaved]");
    if (form) guarded.add(form);
  });

  // <input type="range" data-output="#id">: the number beside the slider. A slider nobody touched says so and sends nothing.
  function showRange(range) {
    const output = document.querySelector(range.dataset.output);
    if (!output) return;
    const untouched = range.hasAttribute("data-untouched");
    output.textContent = untouched ? "\u2013" : range.value;
    range.setAttribute("aria-valuetext", untouched ? "not answered" : range.value);
  }
  function touch(range) {
    if (range.hasAttribute("data-untouched")) {
      range.removeAttribute("data-untouched");
      if (range.dataset.name) range.name = range.dataset.name;
    }
    showRange(range);
  }
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => { if (event.target.matches?.("input[type=range][data-output]")) touch(event.target); });
  }
  document.addEventListener("click", (event) => { if (event.target.matches?.("input[type=range][data-untouched]")) touch(event.target); });

  // <form data-steps> with <… data-step> parts, [data-step-next], [data-step-back], <progress data-step-progress>, [data-step-text].
  function show(form, index) {
    const steps = [...form.querySelectorAll("[data-step]")];
    const at = Math.max(0, Math.min(index, steps.length - 1));
    form.dataset.stepIndex = String(at);
    steps.forEach((step, position) => step.classList.toggle("is-current", position === at));
    const progress = form.querySelector("[data-step-progress]");
    if (progress) { progress.max = steps.length; progress.value = at + 1; }
    const text = form.querySelector("[data-step-text]");
    if (text) text.textContent = `${at + 1} of ${steps.length}`;
    for (const button of form.querySelectorAll("[data-step-back]")) button.hidden = at === 0;
    for (const button of form.querySelectorAll("[data-step-next]")) button.hidden = at === steps.length - 1;
    for (const button of form.querySelectorAll("[data-step-send]")) button.hidden = at !== steps.length - 1;
    return steps[at];
  }
  function startSteps(scope) {
    for (const form of scope.querySelectorAll("[data-steps]:not(.is-stepped)")) {
      const steps = [...form.querySelectorAll("[data-step]")];
      if (steps.length < 2) continue;
      form.classList.add("is-stepped");
      const wrong = steps.findIndex((step) => step.querySelector(".is-invalid, .field-errors, .question--missing"));
      show(form, wrong > 0 ? wrong : Number(form.dataset.stepIndex || 0));
    }
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step-next], [data-step-back]");
    const form = button?.closest("[data-steps]");
    if (!form) return;
    const at = Number(form.dataset.stepIndex || 0);
    if (button.hasAttribute("data-step-next")) {
      const fields = [...form.querySelectorAll("[data-step]")][at].querySelectorAll("input, select, textarea");
      for (const field of fields) if (!field.reportValidity()) return;
    }
    const step = show(form, at + (button.hasAttribute("data-step-next") ? 1 : -1));
    const heading = step.querySelector("legend, h1, h2, h3") || step;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    step.scrollIntoView({ block: "start" });
  });

  function start(scope) {
    for (const range of scope.querySelectorAll("input[type=range][data-output]")) {
      if (range.hasAttribute("data-untouched") && range.name) { range.dataset.name = range.name; range.removeAttribute("name"); }
      showRange(range);
    }
    startSteps(scope);
  }
  start(document);
  document.addEventListener("htmx:load", (event) => { if (event.detail.elt instanceof Element) start(event.detail.elt); });

  // After a refused form the first marked field gets the focus, so a keyboard or screen reader lands on it.
  const wrong = document.querySelector("main .is-invalid");
  if (wrong && !document.querySelector("[autofocus]")) wrong.focus();
})();
