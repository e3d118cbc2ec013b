// Pages are whole without this. It adds one thing: a page that lay open says what was written since.
const stamp = document.getElementById("stamp");
const newer = document.getElementById("newer");

const look = async () => {
  if (document.hidden || !stamp) return;
  const answer = await fetch("/readyz", { headers: { accept: "application/json" } }).catch(() => null);
  if (!answer) return;
  const { position } = await answer.json();
  const since = position - Number(stamp.dataset.position);
  newer.textContent = since > 0 ? `${since.toLocaleString("en")} newer: load the page again to see what changed.` : "";
};

document.addEventListener("visibilitychange", look);
