import type {
  BrandingCommand,
  BrandingEvent,
  BrandingRejection,
  BrandingState,
} from '../../domain/branding/branding.js';
import type { CommandHandler } from '../shared/command-handler.js';

export type BrandingHandler = CommandHandler<
  BrandingState,
  BrandingCommand,
  BrandingEvent,
  BrandingRejection
>;

/** There is one business, so there is one branding. */
export const brandingId = 'default';
