import { describe, expect, it } from '@jest/globals';
import { v5 } from 'uuid';
import { commandIdOf, eventIdOf } from '../../../src/application/shared/event-ids.js';

const namespace = '6f0f5d9e-2a54-5c1b-9d0a-7e4f6d3c2b10';

describe('ids that are made from their cause', () => {
  it('are those of the name in our name space, as RFC 9562 makes them', () => {
    for (let n = 0; n < 500; n += 1) {
      const commandId = commandIdOf('ärger', `${n} €`);
      expect(commandId).toBe(v5(`ärger:${n} €`, namespace));
      expect(eventIdOf(commandId, n)).toBe(v5(`${commandId}/${n}`, namespace));
    }
  });
});
