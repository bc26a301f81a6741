// The desk's only script of its own: running clocks, keys of the board, live changes, passkeys.
// Every page works without it, live changes apart.
"use strict";
(() => {
  const root = document.documentElement;
  const words = { in: root.dataset.in || "{}", ago: root.dataset.ago || "{}" };
  // The server's clock counts: a desk's own may be wrong.
  const skew = Date.parse(root.dataset.now) - Date.now();
  const moving = !root.hasAttribute("data-still");

  const span = (ms) => {
    const s = Math.floor(Math.abs(ms) / 1000), m = Math.floor(s / 60), h = Math.floor(m / 60);
    const two = (n) => String(n).padStart(2, "0");
    if (h >= 24) return `${Math.floor(h / 24)} d ${h % 24} h`;
    if (h) return `${h} h ${two(m % 60)} min`;
    return `${m} min ${two(s % 60)} s`;
  };
  const tick = () => {
    const now = Date.now() + skew;
    for (const one of document.querySelectorAll("time[data-clock]")) {
      const left = Date.parse(one.dateTime) - now;
      one.textContent = (left < 0 ? words.ago : words.in).replace("{}", span(left));
    }
  };
  if (moving) { tick(); setInterval(tick, 1000); }

  // --- keys of the board
  const typing = (e) => e.ctrlKey || e.metaKey || e.altKey ||
    /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName) || e.target.isContentEditable;
  document.addEventListener("keydown", (e) => {
    const find = document.getElementById("find");
    if (e.key === "Escape" && e.target === find) { find.blur(); return; }
    if (!find || typing(e)) return;
    if (e.key === "/") { e.preventDefault(); find.focus(); find.select(); return; }
    if (/^[1-9]$/.test(e.key)) {
      const link = document.querySelectorAll(".filters a")[Number(e.key) - 1];
      if (link) link.click();
      return;
    }
    if (e.key !== "j" && e.key !== "k") return;
    const names = [...document.querySelectorAll("table.board a.name")];
    const at = names.indexOf(document.activeElement);
    const next = names[at < 0 ? 0 : at + (e.key === "j" ? 1 : -1)];
    if (next) { e.preventDefault(); next.focus(); }
  });

  // --- what came in: the server names records, never people
  const live = document.getElementById("live");
  const source = root.dataset.changes;
  if (live && source && "EventSource" in window && moving) {
    const stream = new EventSource(source);
    const say = (on) => {
      live.classList.toggle("on", on);
      live.textContent = on ? live.dataset.on : live.dataset.off;
    };
    stream.onopen = () => say(true);
    stream.onerror = () => say(false);
    // The session ended: the page goes with it, and nobody stands before names.
    stream.addEventListener("ended", () => { stream.close(); location.reload(); });
    stream.addEventListener("record", (e) => {
      const page = document.body.dataset.record;
      if (!page) document.body.dispatchEvent(new CustomEvent("exeat-changed"));
      if (page && e.data === page) {
        const note = document.getElementById("changed");
        if (note) note.hidden = false;
      }
    });
    addEventListener("pagehide", () => stream.close());
  }

  // --- passkeys
  const b64 = (s) => Uint8Array.from(atob(s.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (b) => btoa(String.fromCharCode(...new Uint8Array(b)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const show = (id, on) => {
    const one = document.getElementById(id);
    if (one) one.hidden = !on;
    return one;
  };
  const ceremony = (id, ask) => {
    const form = document.getElementById(id);
    if (!form) return;
    if (!window.PublicKeyCredential) { show("no-passkey", true); return; }
    form.hidden = false;
    form.addEventListener("submit", async (e) => {
      e.preventDefault();
      show("passkey-failed", false);
      show("passkey-known", false);
      const button = form.querySelector("button");
      button.disabled = true;
      try {
        const options = JSON.parse(form.dataset.options);
        options.challenge = b64(options.challenge);
        form.elements.answer.value = JSON.stringify(await ask(options));
        form.submit();
      } catch (error) {
        // A key that is on the list already is no failure to try again.
        if (error.name !== "InvalidStateError" || !show("passkey-known", true)) {
          show("passkey-failed", true);
        }
        button.disabled = false;
        button.focus();
      }
    });
  };
  const ids = (list) => { for (const one of list || []) one.id = b64(one.id); };
  ceremony("passkey", async (options) => {
    ids(options.allowCredentials);
    const got = await navigator.credentials.get({ publicKey: options });
    const r = got.response;
    return { id: got.id, rawId: text(got.rawId), type: got.type, response: {
      authenticatorData: text(r.authenticatorData), clientDataJSON: text(r.clientDataJSON),
      signature: text(r.signature), userHandle: r.userHandle ? text(r.userHandle) : null } };
  });
  ceremony("new-passkey", async (options) => {
    options.user.id = b64(options.user.id);
    ids(options.excludeCredentials);
    const made = await navigator.credentials.create({ publicKey: options });
    const r = made.response;
    return { id: made.id, rawId: text(made.rawId), type: made.type, response: {
      attestationObject: text(r.attestationObject), clientDataJSON: text(r.clientDataJSON),
      transports: r.getTransports ? r.getTransports() : [] } };
  });
})();
