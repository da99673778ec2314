// Keeps a page current: the server says "changed", the page fetches its changing part again, at most twice a second.
(() => {
  "use strict";
  const SHORTEST_MS = 500;
  const RETRY_MS = 3000;
  const READING_MS = 10000;
  const root = () => document.getElementById("live");
  if (!root()) return;
  let source = null;
  let wanted = false;
  let busy = false;
  let notBefore = 0;

  const become = (state) => document.dispatchEvent(new CustomEvent("desk:connection", { detail: state }));

  // What a person has typed or opened inside the part that is replaced comes back afterwards.
  function remember(part) {
    const open = new Map([...part.querySelectorAll("details[id]")].map((each) => [each.id, each.open]));
    const typed = new Map();
    for (const each of part.querySelectorAll("textarea[id], input[id]")) {
      if (each.value !== each.defaultValue) typed.set(each.id, [each.value, each.selectionStart, each.selectionEnd]);
    }
    const ticked = new Map();
    for (const each of part.querySelectorAll("input[type=checkbox][id], input[type=radio][id]")) {
      if (each.checked !== each.defaultChecked) ticked.set(each.id, each.checked);
    }
    const chosen = new Map(
      [...part.querySelectorAll("select[id]")].map((each) => [each.id, [...each.selectedOptions].map((one) => one.value)]),
    );
    const known = new Set([...part.querySelectorAll("li[id], tr a[id]")].map((each) => each.id));
    const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
    const done = part.querySelector(".note-done");
    if (done) done.dataset.until ??= performance.now() + READING_MS;
    return { open, typed, ticked, chosen, known, focused, done };
  }

  function bringBack({ open, typed, ticked, chosen, known, focused, done }) {
    const part = root();
    if (!part) return;
    // News must not take away what became of a form before anybody could read it.
    if (done && performance.now() < done.dataset.until && !part.querySelector(".note")) part.prepend(done);
    for (const each of part.querySelectorAll("details[id]")) if (open.has(each.id)) each.open = open.get(each.id);
    for (const [id, [value, start, end]] of typed) {
      const field = document.getElementById(id);
      if (!field) continue;
      field.value = value;
      if (document.activeElement === field) field.setSelectionRange(start, end);
    }
    for (const [id, checked] of ticked) {
      const field = document.getElementById(id);
      if (field) field.checked = checked;
    }
    for (const [id, values] of chosen) {
      for (const option of document.getElementById(id)?.options ?? []) option.selected = values.includes(option.value);
    }
    if (known.size) for (const each of part.querySelectorAll("li[id]")) if (!known.has(each.id)) each.classList.add("fresh");
    if (known.size) for (const each of part.querySelectorAll("tr a[data-row]")) if (!known.has(each.id)) each.closest("tr").classList.add("fresh");
    if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus({ preventScroll: true });
  }

  // Remembered at the very moment of the swap: people type while the new part is on its way.
  let memory = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "live") memory = remember(event.detail.target);
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (memory) bringBack(memory);
    memory = null;
  });

  const atEnd = () => window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 120;

  async function refresh() {
    const part = root();
    if (!part) return;
    const follow = "follow" in part.dataset && atEnd();
    await htmx.ajax("GET", part.dataset.refresh, { target: "#live", swap: "outerHTML", headers: { Live: "yes" } });
    if (follow) window.scrollTo({ top: document.documentElement.scrollHeight });
    await refreshComposer();
  }

  // The composer is replaced only when the case is in another state, and never under somebody's hands.
  async function refreshComposer() {
    const state = root()?.dataset.composerState;
    const composer = document.getElementById("composer");
    if (!state || !composer || composer.dataset.state === state || inHands(composer)) return;
    const answer = await fetch(root().dataset.composer, { headers: { "HX-Request": "true", Live: "yes" } });
    const fresh = answer.ok ? await answer.text() : "";
    // Somebody may have taken it in hand while we asked.
    if (!fresh || !composer.isConnected || inHands(composer)) return;
    const opened = composer.querySelector("details[open]")?.id;
    const done = composer.querySelector(".note-done");
    const action = done?.closest("form")?.getAttribute("action");
    const read = done && done === document.activeElement;
    htmx.swap(composer, fresh, { swapStyle: "outerHTML" });
    const tool = opened && document.getElementById(opened);
    if (tool) for (const each of document.querySelectorAll("#composer details.tool")) each.open = each === tool;
    if (!done) return;
    // What became of a form stays where it was said, or comes to the top when the form is no longer there.
    const forms = [...document.querySelectorAll("#composer form")];
    const place = forms.find((each) => each.getAttribute("action") === action) ?? tool?.querySelector("form");
    (place ?? document.getElementById("composer")).prepend(done);
    if (read) done.focus({ preventScroll: true });
  }

  function inHands(composer) {
    const typed = [...composer.querySelectorAll("textarea")].some((each) => each.value !== each.defaultValue);
    const focused = document.activeElement;
    return typed || (composer.contains(focused) && !focused.matches(".note"));
  }

  async function pump() {
    if (busy || !wanted || document.hidden) return;
    busy = true;
    while (wanted && !document.hidden) {
      const wait = notBefore - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      wanted = false;
      notBefore = performance.now() + SHORTEST_MS;
      try {
        await refresh();
      } catch {
        notBefore = performance.now() + RETRY_MS;
      }
    }
    busy = false;
  }

  function connect() {
    source?.close();
    source = new EventSource(root().dataset.live);
    source.addEventListener("open", () => become("live"));
    source.addEventListener("changed", () => {
      wanted = true;
      pump();
    });
    source.addEventListener("over", () => {
      wanted = true; // the session has ended, which leads to the sign-in this way
      pump();
    });
    source.addEventListener("error", () => {
      become(navigator.onLine ? "reconnecting" : "offline");
      if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      setTimeout(() => {
        if (document.hidden) return;
        wanted = true; // a session that is over leads to the sign-in this way
        pump();
        connect();
      }, RETRY_MS);
    });
  }

  // A page that nobody looks at lets go: browsers allow few connections to one place, and people open many tabs.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) source?.close();
    else connect();
  });
  window.addEventListener("online", connect);
  window.addEventListener("pagehide", () => source?.close());
  window.addEventListener("pageshow", (event) => event.persisted && connect());
  if ("follow" in root().dataset) window.scrollTo({ top: document.documentElement.scrollHeight });
  connect();
})();
