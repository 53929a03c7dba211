import type { Decider, Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import type { Instant } from '../shared/instant.js';
import { sameData } from '../shared/same-data.js';
import type { BrandingContent, Colour } from './content.js';

/** All versions are kept: an invoice that was issued with one keeps looking like it. */
export type BrandingState =
  | { readonly status: 'absent' }
  | {
      readonly status: 'defined';
      /** The first one is version 1. */
      readonly versions: readonly BrandingVersion[];
    };

type BrandingVersion = {
  readonly version: number;
  readonly content: BrandingContent;
  readonly definedAt: Instant;
};

export type BrandingCommand = {
  readonly type: 'DefineBranding';
  readonly at: Instant;
  readonly content: BrandingContent;
};

/** `at` is when the fact was decided here. */
export type BrandingEvent = {
  readonly type: 'BrandingDefined';
  readonly at: Instant;
  readonly version: number;
} & BrandingContent;

export type BrandingRejection = { readonly code: 'accent_too_light' };

/** How documents look, and who sends them, from version to version. */
export const branding: Decider<BrandingState, BrandingCommand, BrandingEvent, BrandingRejection> = {
  initialState: { status: 'absent' },
  decide,
  evolve,
};

/** Of small text on its ground, as the Web Content Accessibility Guidelines 2.2 ask for it (1.4.3). */
const contrastMin = 4.5;

function decide(
  state: BrandingState,
  { at, content }: BrandingCommand,
): Decision<BrandingEvent, BrandingRejection> {
  const latest = state.status === 'absent' ? undefined : state.versions.at(-1);
  if (latest !== undefined && sameData(latest.content, content)) return nothingToDo;
  if (contrastWithWhite(content.accent) < contrastMin) return rejected({ code: 'accent_too_light' });
  const version = (latest?.version ?? 0) + 1;
  return accepted({ type: 'BrandingDefined', at, version, ...content });
}

function evolve(state: BrandingState, event: BrandingEvent): BrandingState {
  const { type: _type, at: definedAt, version, ...content } = event;
  const earlier = state.status === 'absent' ? [] : state.versions;
  return { status: 'defined', versions: [...earlier, { version, content, definedAt }] };
}

/** From 1 for white itself to 21 for black. */
function contrastWithWhite(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}
