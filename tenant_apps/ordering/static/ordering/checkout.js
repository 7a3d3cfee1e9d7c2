// Cart and checkout: a countdown of the hold, and the address fields only while they are wanted.
const doc = document;
const SECOND = 1000;

// <time data-countdown datetime="...">: minutes and seconds until then; the page is loaded anew when it is over.
for (const time of doc.querySelectorAll("time[data-countdown]")) {
  const until = Date.parse(time.dateTime);
  const tick = () => {
    const left = Math.max(0, Math.round((until - Date.now()) / SECOND));
    time.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    time.classList.toggle("soon", left < 300);
    if (left === 0) clearInterval(timer);
  };
  const timer = setInterval(tick, SECOND);
  tick();
}

// The fields of a new address are folded while one of the address book is chosen.
const fields = doc.getElementById("address-fields");
const folds = () => {
  const chosen = doc.querySelector("input[name=address]:checked");
  if (fields && chosen) fields.hidden = chosen.value !== "new";
};
doc.addEventListener("change", (event) => {
  if (event.target.matches?.("input[name=address]")) folds();
});
folds();
