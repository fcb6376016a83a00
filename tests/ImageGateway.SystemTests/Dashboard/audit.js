// Run in the page by its tests: what a reader with another eye, hand or screen would stumble over, as a list of words.
() => {
  const mistakes = [];
  const shown = [...document.querySelectorAll('body *')].filter(element => element.checkVisibility({ visibilityProperty: true }));
  const tell = (element, what) => mistakes.push(`${what}: ${element.outerHTML.slice(0, 120)}`);

  const named = element => element.getAttribute('aria-label') || element.labels?.[0]?.textContent.trim() || element.textContent.trim() || element.title;
  for (const element of shown) {
    if (element.matches('input, select, textarea') && !element.labels?.[0]?.textContent.trim() && !element.getAttribute('aria-label')) tell(element, 'no label');
    if (element.matches('a, button, summary, canvas, [role=img], progress') && !named(element)) tell(element, 'no name');
    if (element.matches('img') && !element.hasAttribute('alt')) tell(element, 'no alternative');
    if (element.matches('table') && !element.caption) tell(element, 'no caption');
    if (element.matches('th') && !element.scope) tell(element, 'no scope');
    if (element.matches('[style]') && element.getAttribute('style').includes('url(')) tell(element, 'a style that loads');
  }
  const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
  if (new Set(ids).size !== ids.length) mistakes.push(`ids that stand twice: ${ids}`);
  if (document.querySelectorAll('h1').length !== 1) mistakes.push('not one h1');
  if (!document.documentElement.lang) mistakes.push('no language');

  // Contrast of text as WCAG 2.2 reckons it, on the colours that lie behind it.
  const channels = colour => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const over = ([r, g, b, a = 1], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)];
  const luminance = colour => colour.slice(0, 3).map(c => c / 255).map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    if (!element) return [255, 255, 255];
    const colour = channels(getComputedStyle(element).backgroundColor);
    return colour.length === 4 && colour[3] < 1 ? over(colour, behind(element.parentElement)) : colour;
  };
  for (const element of shown) {
    const hasText = [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.textContent.trim()) || element.matches('input, select, textarea');
    if (!hasText || element.disabled || element.matches('.unseen, option')) continue;
    const style = getComputedStyle(element);
    const ground = behind(element);
    const [a, b] = [luminance(over(channels(style.color), ground)), luminance(ground)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) tell(element, `contrast ${ratio.toFixed(2)}`);
  }

  if (document.documentElement.scrollWidth > innerWidth) {
    const wide = shown.filter(element => element.getBoundingClientRect().right > innerWidth + 1 && !element.closest('.scroll, nav')).map(element => element.outerHTML.slice(0, 80));
    mistakes.push(`scrolls sideways: ${document.documentElement.scrollWidth} of ${innerWidth}: ${wide.slice(0, 3)}`);
  }
  return mistakes;
}
