import { formatId } from '../shared/format.js';

/** What stands in a cell of a table or beside a fact, before it is written as HTML by templates/parts/cell.eta. */
export type Cell =
  | { readonly kind: 'text'; readonly text: string | null }
  | { readonly kind: 'link'; readonly text: string; readonly href: string }
  /** An id, which leads to its page where there is one. */
  | { readonly kind: 'id'; readonly id: string; readonly href: string | null }
  | { readonly kind: 'status'; readonly status: string }
  | { readonly kind: 'money'; readonly minor: bigint; readonly currency: string }
  | { readonly kind: 'count'; readonly count: number | bigint }
  | { readonly kind: 'time'; readonly at: string }
  /** A day of the calendar, as it is written in the books: `2026-11-26`. */
  | { readonly kind: 'day'; readonly on: string };

const nothing: Cell = { kind: 'text', text: null };

export function text(value: string | null | undefined): Cell {
  return { kind: 'text', text: value ?? null };
}

export function words(code: string | null): Cell {
  return text(code?.replaceAll('_', ' '));
}

export function link(label: string, href: string): Cell {
  return { kind: 'link', text: label, href };
}

export function status(value: string): Cell {
  return { kind: 'status', status: value };
}

export function amount(minor: bigint | null, currency: string): Cell {
  return minor === null ? nothing : { kind: 'money', minor, currency };
}

export function count(value: number | bigint): Cell {
  return { kind: 'count', count: value };
}

export function time(at: string | null): Cell {
  return at === null ? nothing : { kind: 'time', at };
}

export function day(on: string | null): Cell {
  return on === null ? nothing : { kind: 'day', on };
}

const places: Readonly<Record<string, string>> = {
  pay: '/admin/payments',
  cus: '/admin/customers',
  ord: '/admin/orders',
  inv: '/admin/invoices',
  mp: '/admin/manual-payments',
  usr: '/admin/users',
  evt: '/admin/audit/events',
  chk: '/admin/audit/integrity',
  ntf: '/admin/notifications',
  crd: '/admin/credits',
  plan: '/admin/plans',
  cn: '/admin/credit-notes',
  itpl: '/admin/invoice-templates',
};

/** The page about a thing, by the prefix of its id; null where there is none. */
export function pageOf(id: string): string | null {
  const place = places[id.slice(0, Math.max(id.indexOf('_'), 0))];
  return place === undefined ? null : `${place}/${id}`;
}

export function idCell(id: string | null): Cell {
  return id === null ? nothing : { kind: 'id', id, href: pageOf(id) };
}

/** What a notice is about: a thing, or a part of one, as `plan_.../2`. */
export function subjectCell(subject: string): Cell {
  const [id = '', part] = subject.split('/');
  const href = pageOf(id);
  return part === undefined || href === null ? idCell(id) : link(`${formatId(id)}, ${part}`, href);
}

/** `amounts` stand at the right, so that their digits are under each other. */
export type Column = { readonly title: string; readonly amounts?: true };

export type Table = {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  readonly more?: string;
};
