// Sets the colour theme before the first paint and lets a person choose light, dark or the device's own.
(() => {
  "use strict";
  const KEY = "clinic-theme";
  const ORDER = ["system", "light", "dark"];
  const WORDS = { system: "Theme: as on this device", light: "Theme: light", dark: "Theme: dark" };
  const root = document.documentElement;
  const device = window.matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try {
      const stored = localStorage.getItem(KEY);
      return ORDER.includes(stored) ? stored : "system";
    } catch {
      return "system";
    }
  }

  function apply(choice) {
    const locked = root.dataset.themeLock;
    root.dataset.bsTheme = locked || (choice === "system" ? (device.matches ? "dark" : "light") : choice);
    root.dataset.themeChoice = choice;
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.hidden = Boolean(locked);
      const label = button.querySelector("[data-theme-label]");
      if (label) label.textContent = WORDS[choice];
      button.setAttribute("aria-label", `${WORDS[choice]}. Change theme`);
      for (const icon of button.querySelectorAll("[data-theme-icon]")) icon.toggleAttribute("hidden", icon.dataset.themeIcon !== choice);
    }
  }

  apply(chosen());
  device.addEventListener("change", () => apply(chosen()));
  window.addEventListener("storage", (event) => { if (event.key === KEY) apply(chosen()); });
  document.addEventListener("DOMContentLoaded", () => apply(chosen()));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-toggle]");
    if (!button) return;
    const next = ORDER[(ORDER.indexOf(chosen()) + 1) % ORDER.length];
    try { localStorage.setItem(KEY, next); } catch { /* a private window keeps the choice for this page only */ }
    apply(next);
  });
})();
