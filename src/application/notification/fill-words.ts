import type { NoticeWords } from '../ports/notice-templates.js';

/**
 * The language of templates is one form: `{{name}}`. There is nothing in it that could be run, so whoever may write the words
 * of a mail may write nothing else.
 */
const variable = /\{\{\s*([a-z_]{1,40})\s*\}\}/g;

export type UnfitWords =
  | { readonly code: 'template_variable_unknown'; readonly names: readonly string[] }
  | { readonly code: 'template_malformed' };

/** Why words cannot be used with these variables; undefined where they can. */
export function unfitness(words: NoticeWords, known: readonly string[]): UnfitWords | undefined {
  const text = `${words.subject}\n${words.body}`;
  const names = [...text.matchAll(variable)].map(([, name = '']) => name);
  const unknown = [...new Set(names)].filter((name) => !known.includes(name));
  if (unknown.length > 0) return { code: 'template_variable_unknown', names: unknown };
  // Braces that make no variable are a slip of the hand, and would be mailed as they stand.
  return /\{\{|\}\}/.test(text.replaceAll(variable, '')) ? { code: 'template_malformed' } : undefined;
}

/** Puts values in the place of variables, each once: braces in a value stay braces. */
export function fill(text: string, values: ReadonlyMap<string, string>): string {
  return text.replaceAll(variable, (_whole, name: string) => values.get(name) ?? '');
}

/** Words that fit into a header or a line of their own: nothing in them ends the line. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
