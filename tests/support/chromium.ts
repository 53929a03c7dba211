import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

/** First the build without a window: the same pages take a quarter less of the machine. */
const places = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** The browser of this machine; undefined, and said once why, where there is none: tests never download one. */
export const chromiumPath = places.find((place) => place !== undefined && existsSync(place));
if (chromiumPath === undefined) {
  process.stdout.write(
    'no Chromium here, so pages are not tried in a browser: install it, or set CHROMIUM\n',
  );
}

/** Each page is seen once: making its scripts fast, and collecting garbage in threads of its own, takes more than it saves. */
const scripts = '--js-flags=--no-opt --no-maglev --single-threaded-gc';

/** With no sandbox, for tests may run as root and open nothing but this program's own pages. */
export function launchChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error('there is no Chromium on this machine');
  const args = ['--no-sandbox', '--in-process-gpu', scripts];
  return chromium.launch({ executablePath: chromiumPath, args });
}

const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Its pages have axe from the start: half a megabyte that is sent to each page when it is looked at takes a third of the look. */
export async function newContext(browser: Browser, options?: BrowserContextOptions): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  await context.addInitScript({ path: axeFile });
  return context;
}

type Violation = {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
};

/** What axe finds wrong with a page of a `newContext` by WCAG 2.2 A and AA, as lines to read; its colours in the light and in the dark. */
export async function accessibilityProblems(page: Page): Promise<readonly string[]> {
  // A click waits until the next page begins to come, not until it is there: a button may stand without its text.
  await page.waitForLoadState();
  const values = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const inTheLight = await violationsOf(page, { type: 'tag', values });
  // What moves from one colour to the other would be caught halfway.
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  const inTheDark = await violationsOf(page, { type: 'rule', values: ['color-contrast'] });
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null });
  return [...inTheLight, ...inTheDark.map((problem) => `in the dark, ${problem}`)];
}

async function violationsOf(page: Page, runOnly: object): Promise<readonly string[]> {
  const violations = await page.evaluate<readonly Violation[], object>(async (only) => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: readonly Violation[] }> };
    };
    return (await axe.run({ runOnly: only, resultTypes: ['violations'], iframes: false })).violations;
  }, runOnly);
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ html }) => html).join(' | ')})`,
  );
}
