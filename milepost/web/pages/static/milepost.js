// Pages work without this script. It adds one thing: an open page shows how many events were recorded since it was rendered.
const stamp = document.getElementById("stamp");
const newer = document.getElementById("newer");

const showNewerEvents = async () => {
  if (document.hidden || !stamp) return;
  const response = await fetch("/readyz", { headers: { accept: "application/json" } }).catch(() => null);
  if (!response) return;
  const { position } = await response.json();
  const count = position - Number(stamp.dataset.position);
  newer.textContent = count > 0 ? `Newer events: ${count.toLocaleString("en")}. Load the page again to see them.` : "";
};

document.addEventListener("visibilitychange", showNewerEvents);
