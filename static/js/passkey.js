// Asks the browser for a passkey and sends its answer with the form.
// <form data-passkey="create|get" data-options="JSON"> holds <input name="credential"> and [data-passkey-problem].
(() => {
  "use strict";
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const withBytes = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  function asked(options) {
    const told = { ...options, challenge: bytes(options.challenge) };
    if (options.user) told.user = { ...options.user, id: bytes(options.user.id) };
    if (options.excludeCredentials) told.excludeCredentials = withBytes(options.excludeCredentials);
    if (options.allowCredentials) told.allowCredentials = withBytes(options.allowCredentials);
    return told;
  }

  function answered(credential) {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    const told = { id: credential.id, rawId: text(credential.rawId), type: credential.type, response };
    return JSON.stringify({ ...told, clientExtensionResults: credential.getClientExtensionResults() });
  }

  const problems = {
    NotAllowedError: "Nothing was chosen, or it took too long. Try again.",
    InvalidStateError: "This device has a passkey for the clinic already.",
    SecurityError: "Passkeys do not work at this address.",
  };

  function say(form, words) {
    const place = form.querySelector("[data-passkey-problem]");
    place.textContent = words;
    place.hidden = !words;
  }

  async function ask(form) {
    const publicKey = asked(JSON.parse(form.dataset.options));
    const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
    form.elements.credential.value = answered(credential);
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("[type=submit]");
    form.addEventListener("submit", async (event) => {
      if (form.elements.credential.value) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!window.PublicKeyCredential) { say(form, "This browser has no passkeys. Use an authenticator app."); return; }
      say(form, "");
      button.disabled = true;
      try {
        await ask(form);
        button.disabled = false;
        form.requestSubmit(button);
      } catch (problem) {
        button.disabled = false;
        say(form, problems[problem.name] || "The browser could not use a passkey. Try again.");
      }
    }, true);
  }
})();
