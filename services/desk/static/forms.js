// Small comforts in forms: one click sends once, texts are inserted and counted, drafts survive a reload.
(() => {
  "use strict";
  const words = document.body.dataset;
  const draftName = (form) => `draft/${form.dataset.draft}`;
  const draftField = (form) => form.querySelector("textarea");

  function count(field) {
    const counter = field.form?.querySelector("[data-counter]");
    if (!counter || !field.dataset.limit) return;
    const left = Number(field.dataset.limit) - [...field.value].length;
    const longer = left < 0 ? field.dataset.longer : "";
    const said = left < 0 ? counter.dataset.over : counter.dataset.left;
    counter.textContent = longer || (field.value ? said.replace("{n}", Math.abs(left)) : "");
    counter.classList.toggle("over", left < 0 && !longer);
  }

  function restoreDrafts() {
    for (const form of document.querySelectorAll("form[data-draft]")) {
      const kept = sessionStorage.getItem(draftName(form));
      const field = draftField(form);
      if (kept && !field.value) field.value = kept;
      count(field);
    }
  }

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.matches?.("textarea")) count(field);
    const form = field.form;
    if (form?.dataset.draft && field === draftField(form)) sessionStorage.setItem(draftName(form), field.value);
    if (field.dataset?.chooses) {
      const choice = form.querySelector(`input[type=radio][value=${field.dataset.chooses}]`);
      if (choice) choice.checked = true;
    }
  });

  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.form && "autoSubmit" in field.form.dataset) field.form.requestSubmit();
    if (field.dataset?.checks && field.checked) field.form.elements[field.dataset.checks].checked = true;
  });

  // The whole sentence around some words.
  function sentence(text, start, end) {
    const before = text.slice(0, start).match(/^[^]*(?:[.!?]\s+|\n)/)?.[0].length ?? 0;
    const after = text.slice(end).search(/[.!?](\s|$)|\n/);
    return [before, after < 0 ? text.length : end + after + (text[end + after] === "\n" ? 0 : 1)];
  }

  // A better phrase takes the place of the words that it is meant for: the nearest to where they were found.
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-better]");
    if (!button) return;
    const field = draftField(button.closest("form"));
    const { words: found, better } = button.dataset;
    const wanted = Number(button.dataset.start);
    let place = -1;
    for (let at = field.value.indexOf(found); at >= 0; at = field.value.indexOf(found, at + 1)) {
      if (place < 0 || Math.abs(at - wanted) < Math.abs(place - wanted)) place = at;
    }
    let [start, end] = [place, place + found.length];
    if ("before" in button.dataset) [start, end] = [0, 0];
    else if (place < 0) return;
    else if (/^\p{Lu}/u.test(better)) [start, end] = sentence(field.value, start, end);
    field.setRangeText(end ? better : `${better} `, start, end, "end");
    // What it leaves open is marked, to be written over.
    const open = better.match(/\.\.\.|…/);
    if (open) field.setSelectionRange(start + open.index, start + open.index + open[0].length);
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // Where the browser does not let us copy, the text is marked for the hand to do it.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = button.dataset.copied;
    } catch {
      field.focus();
    }
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.draft) sessionStorage.removeItem(draftName(form));
    if (form.method !== "post") return;
    setTimeout(() => {
      for (const each of form.elements) if (each.type === "submit") each.disabled = true;
    });
  });

  function release(detail) {
    const form = detail.elt?.closest?.("form");
    for (const each of form?.elements ?? []) if (each.type === "submit") each.disabled = false;
    if (form?.dataset.draft) sessionStorage.setItem(draftName(form), draftField(form).value);
  }

  let hiding = 0;
  function toast(text) {
    const place = document.getElementById("toast");
    place.textContent = text;
    place.hidden = false;
    clearTimeout(hiding);
    hiding = setTimeout(() => (place.hidden = true), 6000);
  }

  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      // Advice is a help: while it is away, people write on undisturbed.
      if (event.detail.requestConfig?.verb === "get" || event.detail.elt?.matches?.(".advice")) return;
      release(event.detail);
      toast(words.failedText);
    });
  }
  document.addEventListener("desk:failed", () => toast(words.failedText));
  document.addEventListener("htmx:beforeRequest", (event) => {
    const cutOff = document.getElementById("connection")?.dataset.state === "reconnecting";
    if (cutOff && event.detail.elt.matches(".advice")) event.preventDefault();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    for (const field of document.querySelectorAll("textarea[data-limit]")) count(field);
    // Who sent a form by keyboard goes on where it is said what became of it.
    if (event.detail.requestConfig?.verb !== "post") return;
    const part = document.getElementById(event.detail.target?.id);
    const lost = document.activeElement === document.body;
    const said = part?.querySelector(".note-done") ?? (lost && part?.querySelector(".note[role]"));
    if (!said || !(lost || part.contains(document.activeElement))) return;
    said.tabIndex = -1;
    said.focus();
  });
  // One tool at a time. (A shared name would do that too, but closes what htmx has just put beside the old one.)
  document.addEventListener(
    "toggle",
    (event) => {
      if (!event.target.matches?.("details.tool") || !event.target.open) return;
      for (const each of event.target.parentElement.querySelectorAll("details.tool")) {
        if (each !== event.target) each.open = false;
      }
    },
    true,
  );
  // The menu closes when one goes on elsewhere.
  const closeMenus = (except) => {
    for (const each of document.querySelectorAll("details.menu[open]")) if (each !== except) each.open = false;
  };
  document.addEventListener("click", (event) => closeMenus(event.target.closest?.("details.menu")));
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  // Ctrl+Enter (or Cmd+Enter) sends, in any of our texts.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches?.("textarea")) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });
  window.addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("button:disabled")) button.disabled = false;
  });
  // On a phone a table's lines are read one by one: each figure then says of itself what it is.
  function labelCells() {
    for (const table of document.querySelectorAll("table.ledger")) {
      const heads = [...table.querySelectorAll("thead th")].map((each) => each.textContent.trim());
      for (const cell of table.querySelectorAll("tbody td")) {
        cell.dataset.label = heads[cell.cellIndex] ?? "";
        if (!cell.textContent.trim() && !cell.children.length) cell.dataset.empty = "";
      }
    }
  }
  document.addEventListener("htmx:afterSwap", labelCells);
  labelCells();
  // Where a bar does not fit, it begins with the page that is shown.
  for (const each of document.querySelectorAll(".top nav [aria-current], .tabs [aria-current]")) {
    each.scrollIntoView({ block: "nearest", inline: "center" });
  }
  restoreDrafts();
})();
