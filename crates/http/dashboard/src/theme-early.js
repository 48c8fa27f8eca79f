// Sets the remembered theme before the first paint. Without one the page follows the system.
(function () {
  try {
    var theme = localStorage.getItem('moniflux.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // Storage may be switched off; the system's theme is right then.
  }
})();
