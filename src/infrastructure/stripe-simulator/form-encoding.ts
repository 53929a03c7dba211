import { invalidRequest } from './stripe-fault.js';

/** What a form-encoded body means: texts, lists and hashes of them. */
export type FormTree = string | FormTree[] | FormHash;

/** A hash of a form-encoded body. */
export type FormHash = { [key: string]: FormTree };

const DEPTH_MAX = 8;
const PAIRS_MAX = 2000;

/**
 * Reads a query string or a form body with Stripe's bracket nesting: `a[b]=c`, `list[]=x` and `list[0]=x`.
 * The SDK sends lists with indices and curl users send empty brackets, so both are understood.
 */
export function parseForm(text: string): FormHash {
  const root: FormHash = Object.create(null);
  if (text === '') return root;
  const pairs = text.split('&');
  if (pairs.length > PAIRS_MAX) throw invalidRequest('Too many parameters.');
  for (const pair of pairs) {
    if (pair === '') continue;
    const split = pair.indexOf('=');
    const rawKey = split === -1 ? pair : pair.slice(0, split);
    const value = split === -1 ? '' : decode(pair.slice(split + 1));
    assign(root, keyPath(decode(rawKey)), value);
  }
  return normalise(root) as FormHash;
}

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw invalidRequest('Invalid request (check that your body is URL-encoded as UTF-8)');
  }
}

function keyPath(key: string): string[] {
  const bracket = key.indexOf('[');
  if (bracket <= 0) return [key];
  const path = [key.slice(0, bracket)];
  for (const match of key.slice(bracket).matchAll(/\[([^\]]*)\]/g)) path.push(match[1] ?? '');
  if (path.length > DEPTH_MAX) throw invalidRequest(`Invalid parameter nesting: ${key}`);
  return path;
}

function assign(root: FormHash, path: readonly string[], value: string): void {
  let node = root;
  for (let depth = 0; depth < path.length - 1; depth += 1) {
    const key = childKey(node, path[depth] ?? '');
    const child = node[key];
    if (typeof child === 'object' && !Array.isArray(child)) {
      node = child;
    } else {
      const created: FormHash = Object.create(null);
      node[key] = created;
      node = created;
    }
  }
  node[childKey(node, path[path.length - 1] ?? '')] = value;
}

function childKey(node: FormHash, segment: string): string {
  return segment === '' ? String(Object.keys(node).length) : segment;
}

function normalise(node: FormTree): FormTree {
  if (typeof node === 'string' || Array.isArray(node)) return node;
  const keys = Object.keys(node);
  const isList = keys.length > 0 && keys.every((key, index) => key === String(index));
  if (isList) return keys.map((key) => normalise(node[key] ?? ''));
  for (const key of keys) node[key] = normalise(node[key] ?? '');
  return node;
}
