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

  // --- what a screen may still show: it is live, or says that it is not, and ends with its session
  const BY_ITSELF = { "X-Exeat-By-Itself": "1" };
  const EVERY = 30_000, OLD = 60_000;
  const page = document.body.dataset.record;
  const live = document.getElementById("live");
  const bar = document.getElementById("stale");
  let good = 0, failed = false;
  const say = () => {
    const asked = good > 0 || failed;
    const on = !failed && Date.now() - good < OLD;
    if (live) {
      live.classList.toggle("on", on);
      live.textContent = on ? live.dataset.on : asked ? live.dataset.off : live.dataset.wait;
    }
    if (bar) bar.hidden = on || !asked;
  };
  const got = (ok) => {
    failed = !ok;
    if (ok) good = Date.now();
    say();
  };
  let leaving = false;
  const leave = () => {
    if (leaving) return;
    leaving = true;
    const next = encodeURIComponent(location.pathname + location.search);
    document.body.replaceChildren();
    location.replace(`/sign-in?ended=1&next=${next}`);
  };
  const away = (answer) => answer.type === "opaqueredirect" || answer.redirected ||
    answer.status === 401 || answer.status === 403;
  const ask = (path) => fetch(path, { headers: BY_ITSELF, redirect: "manual", cache: "no-store" });
  // The board asks for itself, by htmx; a person's page asks only whether the record moved on.
  const board = () => document.getElementById("board");
  document.addEventListener("htmx:before:response", (e) => {
    const raw = e.detail.ctx.response.raw;
    if (away(raw)) { e.preventDefault(); leave(); return; }
    if (!raw.ok) e.preventDefault();
    got(raw.ok);
  });
  document.addEventListener("htmx:error", () => got(false));
  document.addEventListener("htmx:before:swap", (e) => {
    if (!String(e.detail.ctx.text).includes('id="board"')) { e.preventDefault(); leave(); }
  });
  const moved = async () => {
    try {
      const answer = await ask(`/people/${page}/version`);
      if (away(answer)) { leave(); return; }
      got(answer.ok);
      const note = document.getElementById("changed");
      if (answer.ok && note && Number(await answer.text()) > Number(document.body.dataset.version)) {
        note.hidden = false;
      }
    } catch { got(false); }
  };
  let soon = 0;
  const again = () => {
    clearTimeout(soon);
    soon = setTimeout(() => {
      if (board()) document.body.dispatchEvent(new CustomEvent("exeat-changed"));
      else if (page) moved();
    }, 200);
  };

  // The answer turns at its hour, whether anything came in or not.
  let turning = 0;
  const turn = () => {
    clearTimeout(turning);
    const at = Date.parse(document.body.dataset.turn || "");
    if (!Number.isNaN(at)) turning = setTimeout(turned, Math.max(at - Date.now() - skew, 0) + 1000);
  };
  const turned = async () => {
    if (!document.querySelector("form.act")) { location.replace(location.pathname); return; }
    try {
      const answer = await ask(location.pathname);
      if (away(answer)) { leave(); return; }
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of ["answer", "send"]) {
        const [old, now] = [document.getElementById(id), fresh.getElementById(id)];
        if (old && now) old.replaceWith(now);
      }
      document.body.dataset.turn = fresh.body.dataset.turn || "";
      turn();
    } catch { got(false); turning = setTimeout(turned, EVERY); }
  };

  // The session ends after its time, whether the line is up or not.
  let ending = 0;
  const end = (seconds) => {
    clearTimeout(ending);
    ending = setTimeout(async () => {
      try {
        const answer = await ask("/still-in");
        if (answer.ok) { end(60); return; }
      } catch { /* no line: nobody says that the session goes on, so it does not */ }
      leave();
    }, seconds * 1000);
  };

  // Whoever types is there: the session does not end over a form that is being filled in.
  let used = Date.now();
  document.addEventListener("input", async () => {
    if (!root.dataset.ends || Date.now() - used < OLD) return;
    used = Date.now();
    try {
      const answer = await fetch("/still-in", { redirect: "manual", cache: "no-store" });
      if (answer.ok) end(Number(root.dataset.ends));
    } catch { /* the next key asks again */ }
  });

  if (moving) {
    if (root.dataset.ends) end(Number(root.dataset.ends));
    turn();
  }
  const source = root.dataset.changes;
  if (source && moving && (board() || page)) {
    again();
    setInterval(again, EVERY);
    setInterval(say, 1000);
    addEventListener("online", again);
    addEventListener("offline", () => got(false));
    addEventListener("pageshow", (e) => { if (e.persisted) { got(false); again(); turn(); } });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) again(); });
    if ("EventSource" in window) {
      const stream = new EventSource(source);
      stream.onopen = again;
      stream.onerror = again;
      // The session ended: the page goes with it, and nobody stands before names.
      stream.addEventListener("ended", () => { stream.close(); leave(); });
      stream.addEventListener("record", (e) => { if (!page || e.data === page) again(); });
      addEventListener("pagehide", () => stream.close());
    }
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
