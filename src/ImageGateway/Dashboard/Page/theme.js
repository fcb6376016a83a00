// Runs before the page is painted, so that a chosen scheme does not flash. The choice is no secret: it outlives the tab.
(() => {
  const key = 'imagegateway.theme';
  const chosen = localStorage.getItem(key);
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;

  window.colourScheme = {
    /** 'light' or 'dark', as it is shown now. */
    current: () => document.documentElement.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'),
    toggle() {
      const next = this.current() === 'dark' ? 'light' : 'dark';
      document.documentElement.dataset.theme = next;
      localStorage.setItem(key, next);
      dispatchEvent(new Event('colourscheme'));
    },
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => dispatchEvent(new Event('colourscheme')));
})();
