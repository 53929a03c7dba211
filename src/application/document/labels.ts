import { ar } from './labels/ar.js';
import { de } from './labels/de.js';
import { el } from './labels/el.js';
import type { Labels } from './labels/en.js';
import { en } from './labels/en.js';
import { es } from './labels/es.js';
import { fr } from './labels/fr.js';
import { he } from './labels/he.js';
import { hi } from './labels/hi.js';
import { it } from './labels/it.js';
import { ja } from './labels/ja.js';
import { ko } from './labels/ko.js';
import { nl } from './labels/nl.js';
import { pl } from './labels/pl.js';
import { pt } from './labels/pt.js';
import { ru } from './labels/ru.js';
import { th } from './labels/th.js';
import { zh } from './labels/zh.js';

export const labelNames = Object.keys(en) as readonly (keyof Labels)[];

export const languages: Readonly<Record<string, Labels>> = {
  en,
  ar,
  de,
  el,
  es,
  fr,
  he,
  hi,
  it,
  ja,
  ko,
  nl,
  pl,
  pt,
  ru,
  th,
  zh,
};

/** The words of a language, English ones where it is not among the built-in ones, each replaced where a template says so. */
export function labelsOf(
  locale: string,
  replaced: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Labels {
  return { ...(nearest(languages, locale) ?? en), ...nearest(replaced, locale) };
}

/** What there is for a locale: under its own tag, or under the longest beginning of it, from `de-Latn-AT` to `de`. */
export function nearest<T>(byLocale: Readonly<Record<string, T>>, locale: string): T | undefined {
  const parts = locale.split('-');
  while (parts.length > 0) {
    const tag = parts.join('-');
    if (Object.hasOwn(byLocale, tag)) return byLocale[tag];
    parts.pop();
  }
  return undefined;
}

/** Puts texts in the place of the names in braces. */
export function filled(label: string, values: Readonly<Record<string, string>>): string {
  return label.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? whole) : whole,
  );
}
