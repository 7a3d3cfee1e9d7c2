// Storefront enhancements. Every page works without this file.
const doc = document;

// One open menu at a time; Escape and a click outside close it.
function closeMenus(except) {
  for (const menu of doc.querySelectorAll("details[data-menu][open]")) {
    if (menu !== except) menu.open = false;
  }
}
doc.addEventListener("click", (event) => closeMenus(event.target.closest("details[data-menu]")));
doc.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = event.target.closest?.("details[data-menu][open]");
  closeMenus();
  open?.querySelector("summary").focus();
});

// Dialogs: <button data-dialog="id"> opens <dialog id="id">; without JS the page shows the same form at its link.
doc.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && doc.getElementById(opener.dataset.dialog);
  if (dialog?.showModal) {
    event.preventDefault();
    dialog.showModal();
  }
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
});

// The cart's count: a response may carry the header X-Cart-Count; the badge and its spoken text follow.
doc.addEventListener("htmx:after:request", (event) => {
  const response = event.detail?.ctx?.response ?? event.detail?.response;
  const count = response?.headers?.get?.("X-Cart-Count");
  if (count === null || count === undefined) return;
  for (const badge of doc.querySelectorAll("[data-cart-count]")) {
    badge.textContent = count === "0" ? "" : count;
  }
});

// Search suggestions: the form names the address that answers with a fragment of links.
const WAIT_MS = 140;
for (const form of doc.querySelectorAll("[data-suggest]")) {
  const input = form.querySelector("input[type=search]");
  const box = form.querySelector("[data-suggestions]");
  let timer = 0;
  let request = null;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => suggest(input.value.trim()), WAIT_MS);
  });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) box.replaceChildren();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") box.replaceChildren();
    if (event.key === "ArrowDown") {
      const first = box.querySelector("a");
      if (first) { event.preventDefault(); first.focus(); }
    }
  });
  box.addEventListener("keydown", (event) => {
    const next = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (!next) return;
    event.preventDefault();
    (event.target[next] ?? input).focus();
  });
  async function suggest(text) {
    request?.abort();
    if (text.length < 2) { box.replaceChildren(); return; }
    request = new AbortController();
    try {
      const address = `${form.dataset.suggest}?q=${encodeURIComponent(text)}`;
      const answer = await fetch(address, { signal: request.signal, headers: { "X-Requested-With": "fetch" } });
      box.innerHTML = answer.ok ? await answer.text() : "";
    } catch (error) {
      if (error.name !== "AbortError") box.replaceChildren();
    }
  }
}

// Quantity steppers and image galleries.
doc.addEventListener("click", (event) => {
  const step = event.target.closest("[data-step]");
  if (step) {
    event.preventDefault();
    const input = step.parentElement.querySelector("input");
    input[step.dataset.step === "up" ? "stepUp" : "stepDown"]();
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
  const thumb = event.target.closest("[data-gallery] li a");
  if (thumb) {
    event.preventDefault();
    const gallery = thumb.closest("[data-gallery]");
    gallery.querySelector(".main picture").replaceWith(thumb.querySelector("picture").cloneNode(true));
    for (const other of gallery.querySelectorAll("[aria-current]")) other.removeAttribute("aria-current");
    thumb.setAttribute("aria-current", "true");
  }
});

// Forms that submit themselves when a choice changes; they carry a button for readers without JS.
doc.addEventListener("change", (event) => {
  event.target.closest("form[data-autosubmit]")?.requestSubmit();
});
for (const button of doc.querySelectorAll("form[data-autosubmit] [data-nojs]")) button.hidden = true;
