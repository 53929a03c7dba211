import type { Answer } from './api-client.js';
import { Browser } from './browser.js';

export type ShownPage = { readonly status: number; readonly path: string; readonly text: string };

/** A browser without scripts that follows redirects, and sends forms with what they hold. */
export function pageReader(url: string) {
  const browser = new Browser(url);

  async function shown(path: string, answer: Answer): Promise<ShownPage> {
    if (answer.status === 303) return get(String(answer.headers['location']));
    return { status: answer.status, path, text: answer.text };
  }

  async function get(path: string): Promise<ShownPage> {
    return shown(path, await browser.get(path));
  }

  async function post(action: string, fields: Readonly<Record<string, string>>): Promise<ShownPage> {
    return shown(action, await browser.send(action, fields));
  }

  /** Sends the form of a page that goes to this address, filled in further; as often as it is called. */
  function submit(page: ShownPage, action: string, more: Readonly<Record<string, string>> = {}) {
    return post(action, { ...fieldsOf(page.text, action), ...more });
  }

  return { get, post, submit, cookies: browser.cookies };
}

/** What a form holds as it is loaded: hidden fields, texts, and what is checked or chosen. */
export function fieldsOf(html: string, action: string): Readonly<Record<string, string>> {
  const forms = [...html.matchAll(/<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)];
  const [, , form] = forms.find(([, to]) => to === action) ?? [];
  if (form === undefined) throw new Error(`the page has no form to ${action}: ${html.slice(0, 3000)}`);
  const fields: Record<string, string> = {};
  for (const [tag] of form.matchAll(/<input[^>]*>/g)) {
    const of = (name: string) => unescaped(new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '');
    const isChoice = /type="(radio|checkbox)"/.test(tag);
    if (of('name') !== '' && (!isChoice || /\bchecked\b/.test(tag))) fields[of('name')] = of('value');
  }
  return fields;
}

function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
