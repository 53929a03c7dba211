import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { startServer } from '../unit/http/running-server.js';
import { accessibilityProblems } from './chromium.js';

/** `SCREENSHOTS=1` writes docs/screenshots anew, of a program that has the demo's three months behind it. */
export const takesScreenshots = process.env['SCREENSHOTS'] === '1';
const folder = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));
const wide = { width: 1280, height: 860 };
const phone = { width: 390, height: 844 };
const narrow = { width: 360, height: 740 };
/** Of a list that goes on and on the rest looks like the beginning. */
const pictureHeightMax = 1_100;

/** What answers with something else than a page of ours, or leads on to one: there is nothing to look at. */
const noPages = [
  /\/(csv|pdf|stream|preview|file)$/,
  /\/branding\/(invoice|credit-note)$/,
  /\/saved-filters\/:id$/,
  /\/sign-in\/oidc/,
  /\/events\/:id$/,
];

/** Looks at pages in a browser, and knows which of those that are declared below some paths were never looked at. */
export async function createPageLooks(below: readonly string[]) {
  const server = await startServer();
  const paths = server.http.pages
    .filter(({ method, area }) => method === 'get' && below.includes(area.path))
    .map(({ path }) => path)
    .filter((path) => !noPages.some((pattern) => pattern.test(path)));
  await server.stop();
  // A word goes before what any word may stand for.
  const declared = paths.toSorted((a, b) => a.split(':').length - b.split(':').length);
  const left = new Set(declared);
  const pictured = new Set<string>();

  /**
   * What is wrong with the page that is shown: what axe finds, by day and by night, and what does not fit into 360 pixels. Its
   * picture has the name of its path, and is taken once, unless another name is given.
   */
  async function look(page: Page, name?: string): Promise<readonly string[]> {
    const { pathname } = new URL(page.url());
    const path = declared.find((each) => patternOf(each).test(pathname));
    if (path !== undefined) left.delete(path);
    const found = [...(await accessibilityProblems(page))];
    await page.setViewportSize(narrow);
    const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
    if (width > narrow.width) found.push(`${width} pixels wide`);
    const picture = name ?? (path === undefined ? undefined : nameOf(path));
    if (takesScreenshots && picture !== undefined && !pictured.has(picture)) {
      pictured.add(picture);
      await shoot(page, picture);
    }
    await page.setViewportSize(wide);
    return found.map((problem) => `${name ?? pathname}: ${problem.slice(0, 300)}`);
  }

  return { look, missed: (): readonly string[] => [...left] };
}

async function shoot(page: Page, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const size of [wide, phone]) {
    await page.setViewportSize(size);
    const height = Number(await page.evaluate('document.documentElement.scrollHeight'));
    const clip = { x: 0, y: 0, width: size.width, height: Math.min(height, pictureHeightMax) };
    const picture = await page.screenshot({ fullPage: true, clip, animations: 'disabled' });
    await writeFile(`${folder}${name}-${size.width}.png`, packed(picture));
  }
}

/** The browser writes pictures fast, and larger than they have to be. */
function packed(picture: Buffer): Buffer {
  return PNG.sync.write(PNG.sync.read(picture), {
    deflateLevel: 9,
    filterType: 0,
    deflateStrategy: 0,
    colorType: 2,
  });
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`);
}

/** `/admin` is the overview, `/admin/payments/:id` is `payments-one`, and `/portal/plans` is `portal-plans`. */
function nameOf(path: string): string {
  const words = path.split('/').filter((word) => word !== '' && word !== 'admin');
  if (words.length === 0) return 'overview';
  return words.map((word) => (word.startsWith(':') ? 'one' : word)).join('-');
}
