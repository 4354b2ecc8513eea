/* Begin: the library first, which comes compressed, then the page. */

(async () => {
  const text = new TextDecoder().decode(await inflated(byId("library").textContent));
  document.head.append(element("script", {textContent: text}));
  window.page = new Page(JSON.parse(byId("page").textContent));
  await window.page.open();
  if (window.page.content.live) new Live(window.page).begin();
})().catch((error) => {
  byId("state").textContent = String(error);
  document.body.dataset.broken = error.stack;
  throw error;
});
