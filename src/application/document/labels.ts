import { en } from './labels/en.js';

export type LabelName = keyof typeof en;
export type Labels = Readonly<Record<LabelName, string>>;

export const labelNames = Object.keys(en) as readonly LabelName[];

const languages: Readonly<Record<string, Labels>> = { en };

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
