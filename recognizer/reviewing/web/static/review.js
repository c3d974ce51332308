// Keys, panels and contact sheets. What changes on the server goes through htmx; without an answer nothing on the page changes,
// so that the same key sends the same decision, with the same ticket, again.
"use strict";

const typing = (target) => target.matches("input:not([type=checkbox]), textarea, select");
const visible = (element) => element.getClientRects().length > 0 && !element.disabled;

function byKey(key) {
  const found = [...document.querySelectorAll("[data-key]")].filter((one) => one.dataset.key === key && visible(one));
  return found.find((one) => one.closest(".panel")) || found[0];
}

function open(selector, focus) {
  const panel = document.querySelector(selector);
  if (!panel) return;
  if (panel.tagName === "DIALOG") {
    panel.showModal();
    return;
  }
  document.querySelectorAll(".panel").forEach((one) => { one.hidden = one !== panel; });
  panel.hidden = false;
  const field = panel.querySelector(focus || "input:not([type=hidden]), select, textarea");
  if (field) {
    field.focus();
    if (field.select) field.select();
  }
}

function close(selector) {
  const panel = document.querySelector(selector);
  if (!panel) return;
  if (panel.closest("#reach")) panel.remove();
  else panel.hidden = true;
  if (document.activeElement) document.activeElement.blur();
}

function say(text) {
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  document.querySelector("#message").replaceChildren(paragraph);
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) open(opener.dataset.opens, opener.dataset.focus);
  const closer = event.target.closest("[data-closes]");
  if (closer) close(closer.dataset.closes);
});

function moveAmongTiles(key) {
  const tiles = [...document.querySelectorAll(".tile input[type=checkbox]")];
  if (!tiles.length) return false;
  const columns = getComputedStyle(document.querySelector(".grid")).gridTemplateColumns.split(" ").length;
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[key];
  const now = tiles.indexOf(document.activeElement);
  const next = now < 0 ? 0 : Math.min(Math.max(now + step, 0), tiles.length - 1);
  tiles[next].focus();
  return true;
}

// Keys pressed while a page still loads wait for it: until htmx has seen its forms they would be sent as forms without scripts are.
const early = [];
document.addEventListener("DOMContentLoaded", () => {
  early.splice(0).forEach((key) => (document.activeElement || document.body).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })));
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.readyState === "loading") {
    early.push(event.key);
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    const panel = document.querySelector("#reach .panel") || document.querySelector(".panel:not([hidden])");
    if (panel) close(`#${panel.id}`);
    else if (document.activeElement) document.activeElement.blur();
    return;
  }
  if (typing(event.target)) {
    if (event.key === "Enter" && event.target.tagName !== "TEXTAREA" && event.target.form) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
    return;
  }
  if (event.key.startsWith("Arrow") && moveAmongTiles(event.key)) {
    event.preventDefault();
    return;
  }
  const field = document.querySelector(`[data-key-focus="${CSS.escape(event.key)}"]`);
  if (field) {
    event.preventDefault();
    field.focus();
    return;
  }
  const inReach = event.key === "Enter" && document.querySelector("#reach [data-key='1']");
  if (event.key === "Enter" && !inReach && event.target.closest("button, a")) return;
  const button = inReach || byKey(event.key);
  if (button) {
    event.preventDefault();
    button.click();
  }
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-jump]")) return;
  event.preventDefault();
  const number = event.target.querySelector("input").value.trim();
  if (/^\d+$/.test(number)) location.assign(`/item/${number}`);
});

document.addEventListener("htmx:beforeRequest", () => document.querySelector("#message").replaceChildren());
document.addEventListener("htmx:sendError", () => say(document.body.dataset.unreachable));
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "reach") {
    document.querySelectorAll(".fact > .panel").forEach((one) => { one.hidden = true; });
    if (document.activeElement) document.activeElement.blur();
    event.detail.target.scrollIntoView({ block: "nearest" });
  }
});
