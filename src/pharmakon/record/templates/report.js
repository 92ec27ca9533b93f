"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const grid = one(".grid");
  const cards = all(".card");
  const number = (card, column) => {
    const places = [card, document.getElementById(card.dataset.dialog)]; // what was not asked stands in the dialog only
    const cell = places.flatMap((place) => all("[data-property]", place)).find((part) => part.dataset.property === column);
    const value = cell && cell.dataset.value !== "" ? Number(cell.dataset.value) : NaN;
    return Number.isFinite(value) ? value : null;
  };

  // Sort and filter
  const [find, sort, turn, verdicts, met, domain, alerts] = ["find", "sort", "turn", "verdicts", "met", "domain", "alerts"].map((id) => document.getElementById(id));
  const keep = (card) => {
    const words = find.value.trim().toLowerCase();
    const { design, smiles, poor, unsure, outside } = card.dataset;
    return (!words || `${design} ${smiles}`.toLowerCase().includes(words))
      && (!verdicts.value || poor === "0") && (verdicts.value !== "all-good" || unsure === "0")
      && (!met.checked || card.dataset.missed === "0")
      && (!domain.checked || outside === "0") && (!alerts.checked || card.dataset.alerts === "0");
  };
  const arrange = () => {
    const column = sort.value;
    const low = column === "rank" || sort.selectedOptions[0].dataset.better === "low";
    const sign = (low ? 1 : -1) * (turn.getAttribute("aria-pressed") === "true" ? -1 : 1);
    const key = (card) => column === "rank" ? Number(card.dataset.rank) : number(card, column);
    const keyed = cards.map((card) => [card, key(card)]);
    // What has no answer comes last whichever way the rest is sorted.
    keyed.sort(([a, x], [b, y]) => x === null || y === null ? (x === null) - (y === null) : sign * (x - y) || a.dataset.rank - b.dataset.rank);
    for (const [card] of keyed) { card.hidden = !keep(card); grid.append(card); }
    const count = shown().length;
    one("#shown").textContent = count;
    one(".nothing").hidden = count > 0;
  };
  const shown = () => all(".card").filter((card) => !card.hidden);
  find.addEventListener("input", arrange);
  for (const control of [sort, verdicts, met, domain, alerts]) control.addEventListener("change", arrange);
  turn.addEventListener("click", () => {
    const worst = turn.getAttribute("aria-pressed") !== "true";
    turn.setAttribute("aria-pressed", worst);
    turn.textContent = worst ? "Worst first" : "Best first";
    arrange();
  });
  one(".toolbar").addEventListener("submit", (event) => event.preventDefault());

  // Copy
  const copy = async (text, button) => {
    try { await navigator.clipboard.writeText(text); } catch {
      const field = document.createElement("textarea"); // a page opened from a disk may not have a clipboard
      field.value = text;
      (button.closest("dialog") || document.body).append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    const before = button.dataset.words || (button.dataset.words = button.textContent);
    button.textContent = "Copied";
    button.classList.add("copied");
    setTimeout(() => { button.textContent = before; button.classList.remove("copied"); }, 1400);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button.dataset.copy, button);
  });
  one("#copy-all").addEventListener("click", (event) => copy(shown().map((card) => card.dataset.smiles).join("\n"), event.currentTarget));

  // Dialogs
  const address = (hash) => history.replaceState(null, "", hash || location.pathname + location.search);
  const open = (id) => {
    const dialog = document.getElementById(id);
    if (!dialog || dialog.tagName !== "DIALOG") return;
    for (const other of all("dialog[open]")) other.close();
    dialog.showModal();
    dialog.scrollTop = 0;
    address(`#${id}`);
  };
  const step = (dialog, by) => {
    const order = shown();
    const at = order.findIndex((card) => card.dataset.dialog === dialog.id);
    const next = order[(at + by + order.length) % order.length];
    if (next) open(next.dataset.dialog);
  };
  for (const card of cards) one("h3 a", card).addEventListener("click", (event) => { event.preventDefault(); open(card.dataset.dialog); });
  for (const dialog of all("dialog.detail")) {
    one(".close", dialog).addEventListener("click", (event) => { event.preventDefault(); dialog.close(); });
    one(".previous", dialog).addEventListener("click", () => step(dialog, -1));
    one(".next", dialog).addEventListener("click", () => step(dialog, 1));
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener("close", () => { if (location.hash === `#${dialog.id}`) address(""); });
    const tabs = all("[role=tab]", dialog);
    const panels = all("[role=tabpanel]", dialog);
    const choose = (index) => {
      tabs.forEach((tab, i) => { tab.setAttribute("aria-selected", i === index); tab.tabIndex = i === index ? 0 : -1; });
      panels.forEach((panel, i) => { panel.hidden = i !== index; });
    };
    choose(0);
    tabs.forEach((tab, i) => {
      tab.addEventListener("click", () => choose(i));
      tab.addEventListener("keydown", (event) => {
        const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: tabs.length - 1 }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        const index = (to + tabs.length) % tabs.length;
        choose(index);
        tabs[index].focus();
      });
    });
  }
  if (location.hash.length > 1) open(location.hash.slice(1));
})();
