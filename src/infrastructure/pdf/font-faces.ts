import { readFileSync } from 'node:fs';
import type { Font } from 'fontkit';
import { create } from 'fontkit';
import { root } from '../../root.js';

export type Weight = 'regular' | 'strong';

/** A font as documents name it, with the file that it is read from. */
export type Face = { readonly name: string; readonly font: Font };

/** The order of the faces that hold Chinese characters, which each language draws in its own way. */
const eastAsian: Readonly<Record<string, readonly string[]>> = {
  ja: ['JP', 'TC', 'SC', 'KR'],
  ko: ['KR', 'JP', 'TC', 'SC'],
  'zh-Hant': ['TC', 'JP', 'SC', 'KR'],
  zh: ['SC', 'TC', 'JP', 'KR'],
};

/** Loaded when a letter of theirs is first asked for: most documents need one or two. */
const loaded = new Map<string, Face>();

/** Known languages are few, but a customer can name any number of them. */
const orders = new Map<string, readonly string[]>();
const ordersMax = 500;

/** Faces that are tried in turn for each letter. Where there is no bold one, the regular one stands in for it. */
export function facesFor(locale: string, weight: Weight): readonly string[] {
  const key = `${weight} ${locale}`;
  const known = orders.get(key);
  if (known !== undefined) return known;
  if (orders.size >= ordersMax) orders.clear();
  const faces = orderOf(locale, weight);
  orders.set(key, faces);
  return faces;
}

function orderOf(locale: string, weight: Weight): readonly string[] {
  const cut = weight === 'strong' ? 'SemiBold' : 'Regular';
  const { language, script } = new Intl.Locale(locale).maximize();
  const order = eastAsian[`${language}-${script}`] ?? eastAsian[language] ?? ['JP', 'SC', 'TC', 'KR'];
  return [
    ...['NotoSans', 'IBMPlexSansArabic', 'NotoSansHebrew', 'NotoSansThai'].map(
      (family) => `${family}-${cut}`,
    ),
    ...order.map((place) => `NotoSans${place}-Regular`),
  ];
}

export function faceOf(name: string): Face {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const font = create(readFileSync(new URL(`infrastructure/pdf/fonts/${name}.ttf`, root)));
  if (!('layout' in font)) throw new TypeError(`${name} is a collection of fonts`);
  const face = { name, font };
  loaded.set(name, face);
  return face;
}

/**
 * Forgets which letters were drawn before. A font remembers for each glyph the letter that it was first asked for, and
 * documents hold that for whoever copies text from them: without this, the bytes of one document would depend on those
 * that were drawn before it.
 */
export function forgetGlyphs(): void {
  for (const { font } of loaded.values()) (font as unknown as { _glyphs: object })._glyphs = {};
}
