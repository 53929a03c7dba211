import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import { root } from '../../../../root.js';
import type { Assets } from './assets.js';
import {
  formatBriefTime,
  formatCount,
  formatDay,
  formatId,
  formatMinor,
  formatMoney,
  formatTime,
  formatWords,
} from './format.js';

const views = fileURLToPath(new URL('interfaces/http/pages/templates/', root));

/** What every template is given beside its data. */
export type Frame = {
  readonly title: string;
  readonly mode: 'demo' | 'test' | 'live';
  readonly zone: string;
  /** For the forms of the page. */
  readonly csrf: string;
  /** Names one form that is sent: a second click is the same command. */
  once(): string;
  readonly told: { readonly kind: string; readonly text: string } | null;
  readonly area: Readonly<Record<string, unknown>>;
};

export type Render = (template: string, data: Readonly<Record<string, unknown>>, frame: Frame) => string;

/**
 * Templates escape whatever they show. Raw output is only ever another template's result, which
 * tests/unit/http/templates.spec.ts holds.
 */
export function createRenderer(assets: Assets): Render {
  const eta = new Eta({
    views,
    cache: true,
    autoEscape: true,
    escapeFunction: escapeHtml,
    functionHeader:
      'const { money, minor, count, clock, brief, day, words, short, asset } = it.show; const { frame } = it;',
  });
  return (template, data, frame) =>
    eta.render(template, {
      ...data,
      frame,
      show: {
        money: formatMoney,
        minor: formatMinor,
        count: formatCount,
        clock: (instant: string) => formatTime(instant, frame.zone),
        brief: (instant: string) => formatBriefTime(instant, frame.zone),
        day: formatDay,
        words: formatWords,
        short: formatId,
        asset: assets.href,
      },
    });
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Of null and undefined nothing is shown. */
function escapeHtml(value: unknown): string {
  if (value === null || value === undefined) return '';
  return String(value).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
