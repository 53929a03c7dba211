import type { ExposureEvent } from '../../domain/exposure/exposure.js';
import { format } from '../../domain/shared/money.js';

/** What happened to what a customer may owe, in one sentence. */
export function describeExposureEvent(event: ExposureEvent): string {
  switch (event.type) {
    case 'ExposureTaken':
      return `The customer may owe ${format(event.amount)} on ${event.planId}.`;
    case 'ExposureReleased':
      return `Nothing is owed on ${event.planId} any more.`;
  }
}
