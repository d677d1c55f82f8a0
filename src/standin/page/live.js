// Asks for the pulse of the conversation and swaps the page's content when it beat; folded parts stay as they were.
(() => {
  const here = location.pathname.replace(/\/files$/, "");
  let last = null;
  const remember = () => new Map([...document.querySelectorAll("details[id]")].map((d) => [d.id, d.open]));
  const look = async () => {
    if (document.hidden) return;
    const answer = await fetch(here + "/pulse");
    if (!answer.ok) return;
    const beat = await answer.text();
    if (last !== null && beat !== last) {
      const page = new DOMParser().parseFromString(await (await fetch(location.pathname)).text(), "text/html");
      const folded = remember();
      document.getElementById("page").replaceWith(page.getElementById("page"));
      for (const [id, open] of folded) { const found = document.getElementById(id); if (found) found.open = open; }
    }
    last = beat;
  };
  // The stand-in may have ended; then there is nothing new to see.
  setInterval(() => look().catch(() => {}), 1000);
})();
