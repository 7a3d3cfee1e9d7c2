// Back office enhancements. Every page works without this file.
const doc = document;

// Ctrl-K or Cmd-K goes to the search of the top bar.
doc.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    const search = doc.querySelector(".topbar input[type=search]");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  }
});

// Ask before leaving a form that has unsaved changes.
const dirty = new Set();
doc.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-guard]");
  if (form) dirty.add(form);
});
doc.addEventListener("submit", (event) => dirty.delete(event.target));
addEventListener("beforeunload", (event) => { if (dirty.size) event.preventDefault(); });

// Confirm what cannot be undone.
doc.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});

// "Select all" boxes, and copying to the clipboard.
doc.addEventListener("change", (event) => {
  const all = event.target.closest("[data-select-all]");
  if (!all) return;
  for (const box of all.closest("table").querySelectorAll("tbody input[type=checkbox]")) box.checked = all.checked;
});
doc.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (!copy) return;
  await navigator.clipboard.writeText(copy.dataset.copy);
  copy.dataset.copied = "true";
});
