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

  /** As `submit`, of a form that sends files; each is bytes with the name that the browser gives for it. */
  async upload(
    path: string,
    fields: Readonly<Record<string, string>>,
    files: Readonly<Record<string, { readonly bytes: Uint8Array; readonly name: string }>>,
    from: string,
  ): Promise<Answer> {
    const form = new FormData();
    const { text } = await this.get(from);
    for (const [name, value] of Object.entries({ ...guardOf(text), ...fields })) form.append(name, value);
    for (const [field, { bytes, name }] of Object.entries(files))
      form.append(field, new Blob([new Uint8Array(bytes)], { type: 'image/png' }), name);
    const wire = new Response(form);
    const headers = { ...this.#headers(), 'content-type': wire.headers.get('content-type') ?? '' };
    const body = Buffer.from(await wire.arrayBuffer());
    return this.#kept(await apiClient(this.#url, null).send('POST', path, body, headers));
  }

  /** Exactly these fields. */
  async send(
    path: string,
    fields: Readonly<Record<string, string>>,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const body = new URLSearchParams(fields).toString();
    const headers = { ...this.#headers(), 'content-type': 'application/x-www-form-urlencoded', ...more };
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
