// Each of these runs in the browser, so it must need nothing from outside of itself.

/** The contrast of each text with its background, by WCAG 2.2. */
export function contrasts() {
  const channels = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color) => {
    const [r, g, b] = channels(color).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const backOf = (node) => {
    if (node === null) return 'rgb(255, 255, 255)';
    const color = getComputedStyle(node).backgroundColor;
    return channels(color)[3] === 0 ? backOf(node.parentElement) : color;
  };
  const hasText = (node) =>
    [...node.childNodes].some(
      (child) => child.nodeType === Node.TEXT_NODE && child.textContent.trim() !== '',
    );
  return [...document.body.querySelectorAll('*')]
    .filter((node) => hasText(node) && node.checkVisibility() && node.tagName !== 'SCRIPT')
    .map((node) => {
      const [a, b] = [luminance(getComputedStyle(node).color), luminance(backOf(node))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      return { text: node.textContent.slice(0, 40), ratio };
    });
}

/** Puts markup into the page that would change its title. */
export function smuggle() {
  const made = document.createElement('div');
  made.setAttribute('onclick', "document.title = 'owned'");
  document.body.append(made);
  made.click();
  const script = document.createElement('script');
  script.textContent = "document.title = 'owned'";
  document.body.append(script);
}

/** What has the focus: its id, or its text. */
export function focused() {
  return document.activeElement.id || document.activeElement.textContent;
}

export function background() {
  return getComputedStyle(document.body).backgroundColor;
}

/** How many elements are animated. */
export function moving() {
  return [...document.querySelectorAll('*')].filter((node) => {
    const { transitionDuration, animationName } = getComputedStyle(node);
    return transitionDuration !== '0s' || animationName !== 'none';
  }).length;
}

/** By how many pixels the page is wider than its window. */
export function overflow() {
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth - clientWidth;
}
