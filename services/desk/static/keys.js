// Keyboard first: a palette of commands on Ctrl+K (or Cmd+K), single keys to move and act, and a list of them on "?".
// Single keys never act while somebody types, and can be switched off (WCAG 2.1.4); the palette stays.
(() => {
  "use strict";
  const palette = document.getElementById("palette");
  const help = document.getElementById("shortcuts");
  if (!palette || !help) return;
  const SWITCH = "casekeeper-keys";
  const PAUSE_MS = 150;
  const MOST_FOUND = 6;
  const words = palette.dataset;
  const field = palette.querySelector("input");
  const list = palette.querySelector("[role=listbox]");
  const said = palette.querySelector("[role=status]");
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  // ---- What can be done from here ----
  const go = (address) => () => location.assign(address);
  const nameOf = (link) => [...link.childNodes].filter((each) => each.nodeType === Node.TEXT_NODE).map((each) => each.textContent).join(" ").trim();

  function pages() {
    return [...document.querySelectorAll(".top nav a[href], .top-end a[href^='/']")]
      .map((link) => ({ group: words.pages, name: nameOf(link) || link.textContent.trim(), run: go(link.href) }))
      .filter((each) => each.name);
  }

  function openTool(tool) {
    tool.open = true;
    const text = tool.matches("#tool-reply, #tool-consult") && tool.querySelector("textarea");
    const first = text || tool.querySelector("textarea:not([hidden]), select, input:not([type=hidden]), button");
    tool.scrollIntoView({ block: "nearest" });
    (first ?? tool.querySelector("summary")).focus();
  }

  function actions() {
    return [...document.querySelectorAll("#composer details.tool[id]")].map((tool) => ({
      group: words.thisCase,
      name: tool.querySelector("summary").textContent.trim(),
      run: () => openTool(tool),
    }));
  }

  const ownCommands = () => [{ group: words.help, name: words.shortcuts, run: showHelp }];

  let views = null;
  async function keptViews() {
    if (views) return views;
    const answer = await fetch("/api/views");
    const found = answer.ok ? await answer.json() : [];
    views = found.map((each) => ({
      group: words.views,
      name: each.name,
      more: String(each.total),
      run: go(`/search?view=${encodeURIComponent(each.id)}`),
    }));
    return views;
  }

  // ---- The palette ----
  let shown = [];
  let chosen = 0;
  let asking = null;

  function draw(items) {
    shown = items;
    chosen = 0;
    list.replaceChildren();
    let group = "";
    items.forEach((item, number) => {
      if (item.group !== group) {
        group = item.group;
        const title = document.createElement("li");
        title.className = "palette-group";
        title.setAttribute("role", "presentation");
        title.textContent = group;
        list.append(title);
      }
      const line = document.createElement("li");
      line.id = `palette-${number}`;
      line.setAttribute("role", "option");
      const name = document.createElement("span");
      name.className = "palette-name";
      if (typeof item.name === "string") name.textContent = item.name;
      else name.append(...item.name);
      line.append(name);
      if (item.more) {
        const more = document.createElement("span");
        more.className = "palette-more";
        more.append(...[item.more].flat());
        line.append(more);
      }
      line.addEventListener("click", () => act(number));
      line.addEventListener("mousemove", () => choose(number));
      list.append(line);
    });
    said.textContent = items.length ? "" : words.nothing;
    choose(0);
  }

  function choose(number) {
    chosen = Math.max(0, Math.min(number, shown.length - 1));
    for (const line of list.querySelectorAll("[role=option]")) {
      const current = line.id === `palette-${chosen}`;
      line.setAttribute("aria-selected", String(current));
      if (current) line.scrollIntoView({ block: "nearest" });
    }
    if (shown.length) field.setAttribute("aria-activedescendant", `palette-${chosen}`);
    else field.removeAttribute("aria-activedescendant");
  }

  function act(number) {
    const item = shown[number];
    if (!item) return;
    palette.close();
    item.run();
  }

  const marked = (pieces) =>
    pieces.map((piece) => {
      if (!piece.marked) return document.createTextNode(piece.text);
      const mark = document.createElement("mark");
      mark.textContent = piece.text;
      return mark;
    });

  function ofCase(found) {
    const [first, second] = found.excerpts;
    const named = first?.kind === "customer";
    const excerpt = named ? second : first;
    return {
      group: words.cases,
      name: named ? marked(first.pieces) : found.customer || words.aCustomer,
      more: excerpt ? marked(excerpt.pieces) : "",
      run: go(`/cases/${encodeURIComponent(found.id)}`),
    };
  }

  async function search(text) {
    asking?.abort();
    asking = new AbortController();
    const asked = asking;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if (asked.signal.aborted) return;
    try {
      const query = new URLSearchParams({ q: text, limit: MOST_FOUND });
      const answer = await fetch(`/api/search?${query}`, { signal: asked.signal });
      const found = answer.ok ? (await answer.json()).cases.map(ofCase) : [];
      if (!asked.signal.aborted) update(text, found);
    } catch {
      if (!asked.signal.aborted) said.textContent = words.away;
    }
  }

  function commandsFor(text) {
    const asked = plain(text).split(/\s+/).filter(Boolean);
    const fits = (each) => asked.every((part) => plain(each.name).split(/[\s,]+/).some((word) => word.startsWith(part)));
    return [...actions(), ...(views ?? []), ...pages(), ...ownCommands()].filter(fits);
  }

  function update(text, found) {
    const all = { group: words.cases, name: words.searchFor.replace("{words}", text), run: go(`/search?q=${encodeURIComponent(text)}`) };
    draw([...commandsFor(text), ...found, ...(text ? [all] : [])]);
  }

  function open() {
    if (document.querySelector("dialog[open]")) return;
    field.value = "";
    palette.showModal();
    update("", []);
    keptViews().then(() => palette.open && !field.value && update("", []), () => {});
  }

  field.addEventListener("input", () => {
    const text = field.value.trim();
    update(text, []);
    if (text) search(text);
    else asking?.abort();
  });
  field.addEventListener("keydown", (event) => {
    const moves = { ArrowDown: chosen + 1, ArrowUp: chosen - 1 };
    if (event.key in moves && !event.isComposing) choose((moves[event.key] + shown.length) % (shown.length || 1));
    else if (event.key === "Enter" && !event.isComposing) act(chosen);
    else return;
    event.preventDefault();
  });
  palette.addEventListener("close", () => asking?.abort());
  for (const dialog of [palette, help]) {
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }

  // ---- Help, and the switch ----
  const active = () => localStorage.getItem(SWITCH) !== "off";
  const control = help.querySelector("input[type=checkbox]");
  control.addEventListener("change", () => localStorage.setItem(SWITCH, control.checked ? "on" : "off"));
  function showHelp() {
    if (document.querySelector("dialog[open]")) return;
    control.checked = active();
    help.showModal();
  }
  for (const button of document.querySelectorAll("[data-shows=shortcuts]")) {
    button.hidden = false;
    button.addEventListener("click", showHelp);
  }
  for (const button of document.querySelectorAll("[data-shows=palette]")) {
    button.hidden = false;
    button.addEventListener("click", open);
  }

  // ---- Single keys ----
  const rows = () => [...document.querySelectorAll("a[data-row]")];

  function move(step) {
    const all = rows();
    const at = all.findIndex((each) => each === document.activeElement || each.closest("tr, li")?.contains(document.activeElement));
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(at + step, all.length - 1))];
    next?.focus();
    next?.closest("tr, li").scrollIntoView({ block: "nearest" });
  }

  // In a case its tool; on a line of a list the same tool of that case; of ticked cases, the form for all of them.
  function tool(name) {
    const here = document.getElementById(`tool-${name}`);
    if (here) openTool(here);
    const several = name === "handover" && document.querySelector("#several:not([hidden]) [data-hands-over]");
    if (several) several.click();
    else if (document.activeElement?.matches("a[data-row]")) location.assign(`${document.activeElement.href}#tool-${name}`);
  }

  function searchField() {
    const near = document.getElementById("search-words");
    if (near) {
      near.focus();
      near.select();
    } else location.assign("/search");
  }

  const KEYS = {
    j: () => move(1),
    k: () => move(-1),
    r: () => tool("reply"),
    c: () => tool("consult"),
    h: () => tool("handover"),
    x: () => document.activeElement?.closest("tr")?.querySelector("input[data-several]")?.click(),
    "/": searchField,
    "?": showHelp,
  };
  const typing = (target) =>
    target.isContentEditable || target.matches?.("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])");

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
      return;
    }
    const free = !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing && !event.defaultPrevented;
    if (!free || !Object.hasOwn(KEYS, event.key) || !active()) return;
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    KEYS[event.key]();
  });

  // A link to a tool of a case opens it.
  const wanted = /^#tool-[a-z-]+$/.test(location.hash) ? document.querySelector(location.hash) : null;
  if (wanted?.matches("details")) openTool(wanted);
})();
