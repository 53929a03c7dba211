import type { Answer } from './api-client.js';
import { apiClient } from './api-client.js';

/** A reader as a browser without scripts is one: keeps cookies, and sends the forms that it was shown. */
export class Browser {
  readonly #url: string;
  readonly cookies = new Map<string, string>();

  constructor(url: string, cookies: Readonly<Record<string, string>> = {}) {
    this.#url = url;
    for (const [name, value] of Object.entries(cookies)) this.cookies.set(name, value);
  }

  /** Of the operators' console. */
  static signedIn(url: string, { token }: { readonly token: string }): Browser {
    return new Browser(url, { 'counterfoil-console': token });
  }

  async get(path: string): Promise<Answer> {
    return this.#kept(await apiClient(this.#url, null).get(path, this.#headers()));
  }

  /** Sends the guard of a form on the page at `from`, with these fields, to `path`. */
  async submit(path: string, fields: Readonly<Record<string, string>>, from: string): Promise<Answer> {
    const { text } = await this.get(from);
    return this.send(path, { ...guardOf(text), ...fields });
  }

  /** Exactly these fields. */
  async send(path: string, fields: Readonly<Record<string, string>>): Promise<Answer> {
    const body = new URLSearchParams(fields).toString();
    const headers = { ...this.#headers(), 'content-type': 'application/x-www-form-urlencoded' };
    return this.#kept(await apiClient(this.#url, null).send('POST', path, body, headers));
  }

  /** Goes where an answer leads, until it leads nowhere else. */
  async follow(answer: Answer): Promise<Answer> {
    const { location } = answer.headers;
    return typeof location === 'string' ? this.follow(await this.get(location)) : answer;
  }

  #headers(): Record<string, string> {
    if (this.cookies.size === 0) return {};
    return { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
  }

  #kept(answer: Answer): Answer {
    for (const header of [answer.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
      if (/Max-Age=0/.test(header)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }
}

function guardOf(text: string): Readonly<Record<string, string>> {
  const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1];
  const once = /name="once" value="([^"]+)"/.exec(text)?.[1];
  if (csrf === undefined) throw new Error('the page has no form');
  return { csrf, ...(once === undefined ? {} : { once }) };
}
