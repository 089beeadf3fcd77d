// Questionnaires work without this file. With it: sliders, questions that appear when asked, answers kept as they are given.
(() => {
  "use strict";
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  // <input type="range" data-mirror="#number">: moves with the number field, which is what gets sent.
  for (const range of document.querySelectorAll("input[type=range][data-mirror]")) {
    const number = document.querySelector(range.dataset.mirror);
    if (!number) continue;
    const touched = () => range.removeAttribute("data-untouched");
    const said = () => range.setAttribute("aria-valuetext", number.value === "" ? "not answered" : number.value);
    const take = () => { touched(); number.value = range.value; said(); number.dispatchEvent(new Event("input", { bubbles: true })); };
    range.hidden = false;
    said();
    range.addEventListener("input", take);
    range.addEventListener("change", () => number.dispatchEvent(new Event("change", { bubbles: true })));
    range.addEventListener("click", () => { if (range.hasAttribute("data-untouched")) { take(); number.dispatchEvent(new Event("change", { bubbles: true })); } });
    number.addEventListener("input", (event) => { if (event.isTrusted && number.value !== "") { touched(); range.value = number.value; said(); } });
  }

  // <button data-copy="#id">: a link that is shown once.
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const note = document.querySelector("[data-copy-said]");
      const word = button.querySelector("[data-copy-text]");
      try {
        await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
        if (word) word.textContent = "Copied";
        if (note) note.textContent = "Copied.";
      } catch {
        if (note) note.textContent = "Copying failed. Select the link and copy it.";
      }
    });
  }

  for (const form of document.querySelectorAll("form[data-questionnaire]")) start(form);

  function start(form) {
    const chosen = (key) => new FormData(form).get(key);

    // A question with data-ask-items="q1 q2" data-ask-answers="1 refused" is shown while one of them is answered so.
    function askAgain() {
      for (const question of form.querySelectorAll("[data-ask-items]")) {
        const answers = question.dataset.askAnswers.split(" ");
        const asked = question.dataset.askItems.split(" ").some((key) => answers.includes(String(chosen(key))));
        question.hidden = !asked && !question.classList.contains("question--missing");
      }
    }

    // Open questions are left behind in order: the next unanswered one moves up, unless somebody uses a keyboard.
    let byTouch = false;
    form.addEventListener("pointerdown", () => { byTouch = true; });
    form.addEventListener("keydown", () => { byTouch = false; });
    function moveOn(question) {
      if (!byTouch || !form.hasAttribute("data-move-on")) return;
      if (form.classList.contains("is-stepped")) { window.setTimeout(() => step(asked().indexOf(question) + 1), 160); return; }
      const questions = [...form.querySelectorAll("[data-question]:not([hidden])")];
      const next = questions[questions.indexOf(question) + 1];
      const target = next || form.querySelector("[data-last-step]");
      if (target) window.setTimeout(() => target.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: next ? "start" : "center" }), 160);
    }

    // One question at a time, for who likes it so: the others wait behind "Next question"; what is kept is the same.
    const choice = form.querySelector("[data-view-choice]");
    const steps = form.querySelector("[data-step-nav]");
    const asked = () => [...form.querySelectorAll("[data-question]:not([hidden])")];
    let current = 0;
    function step(to, isMoved = true) {
      const questions = asked();
      current = Math.max(0, Math.min(to, questions.length));
      const isEnd = current === questions.length;
      for (const [place, question] of questions.entries()) question.classList.toggle("is-current", place === current);
      form.classList.toggle("is-at-end", isEnd);
      steps.querySelector("[data-turn='-1']").disabled = current === 0;
      steps.querySelector("[data-turn='1']").hidden = isEnd;
      if (!isMoved) return;
      const target = isEnd ? form.querySelector("[data-last-step]") : questions[current];
      target.setAttribute("tabindex", "-1");
      target.focus({ preventScroll: true });
      target.scrollIntoView({ behavior: "auto", block: isEnd ? "center" : "start" });
    }
    function show(view, isMoved) {
      form.classList.toggle("is-stepped", view === "one");
      for (const button of choice.querySelectorAll("[data-view]")) button.setAttribute("aria-pressed", String(button.dataset.view === view));
      steps.hidden = view !== "one";
      window.sessionStorage.setItem("questions", view);
      const open = asked().findIndex((question) => !question.querySelector(":checked") && !question.querySelector("input[type=number], textarea")?.value);
      if (view === "one") step(open === -1 ? 0 : open, isMoved);
    }
    if (choice && steps) {
      choice.hidden = false;
      choice.addEventListener("click", (event) => { if (event.target.dataset.view) show(event.target.dataset.view, true); });
      steps.addEventListener("click", (event) => { const by = event.target.closest("[data-turn]"); if (by) step(current + Number(by.dataset.turn)); });
      if (window.sessionStorage.getItem("questions") === "one" && !form.querySelector(".question--missing")) show("one", false);
    }

    // A question that was left open loses its red mark once it is answered, and its line in the list above is struck out.
    // Everything keeps its room: nothing may move under the finger.
    function settle(question) {
      if (!question.classList.contains("question--missing")) return;
      question.classList.replace("question--missing", "question--settled");
      question.classList.remove("is-invalid");
      question.querySelector(".field-errors")?.classList.add("is-settled");
      for (const part of [question, ...question.querySelectorAll("[aria-invalid]")]) {
        part.removeAttribute("aria-invalid");
        const others = (part.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => !id.endsWith("-errors"));
        if (others.join("")) part.setAttribute("aria-describedby", others.join(" "));
        else part.removeAttribute("aria-describedby");
      }
      const line = form.querySelector(`.missing-links a[href="#${question.id}"]`)?.closest("li");
      if (!line) return;
      line.classList.add("is-answered");
      line.setAttribute("aria-hidden", "true");
      line.querySelector("a").tabIndex = -1;
      const box = line.closest(".alert");
      if (box.querySelector(".missing-links li:not(.is-answered)")) return;
      box.style.minHeight = `${box.getBoundingClientRect().height}px`;
      box.classList.replace("alert-danger", "alert-success");
      box.querySelector("[data-still-open]").textContent = "Every question is answered now.";
    }

    // Answers are kept one request at a time, so that an older one never lands after a newer one.
    const address = form.dataset.keep;
    const note = form.querySelector("[data-saved-note]");
    let running = false, waiting = false, timer;
    const say = (state, words) => { if (note) { note.dataset.state = state; note.textContent = words; } };
    async function keep() {
      if (!address) return;
      if (running) { waiting = true; return; }
      running = true;
      say("saving", "Saving…");
      try {
        const answer = await fetch(address, { method: "POST", body: new FormData(form), credentials: "same-origin", keepalive: true, headers: { Accept: "application/json" } });
        if (answer.ok) say("saved", "Saved");
        else if (answer.status === 410 || answer.status === 409) window.location.reload();
        else say("failed", "Not saved yet. Go on; it is sent with Next.");
      } catch {
        say("failed", "No connection. Your answers stay on this page until you are online again.");
      }
      running = false;
      if (waiting) { waiting = false; keep(); }
    }
    const keepSoon = (after = 500) => { window.clearTimeout(timer); timer = window.setTimeout(keep, after); };
    window.addEventListener("online", () => { if (note?.dataset.state === "failed") keep(); });

    form.addEventListener("change", (event) => {
      const question = event.target.closest("[data-question]");
      if (!question) return;
      settle(question);
      askAgain();
      keepSoon();
      if (event.target.type === "radio") moveOn(question);
    });
    form.addEventListener("input", (event) => { if (event.target.matches("[data-question] textarea")) keepSoon(1500); });
    form.addEventListener("submit", () => window.clearTimeout(timer));
    askAgain();
  }
})();
