import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { advisoryLocks } from '../../../src/infrastructure/postgres/advisory-locks.js';

const migrations = new URL('../../../src/infrastructure/postgres/migrations/', import.meta.url);

describe('Advisory locks', () => {
  it('have a number each, and those of the migrations are on the list', () => {
    const listed: readonly number[] = Object.values(advisoryLocks);
    expect(new Set(listed).size).toBe(listed.length);
    const inSql = readdirSync(migrations).flatMap((file) =>
      [...readFileSync(new URL(file, migrations), 'utf8').matchAll(/\b4020191\d{3}\b/g)].map(Number),
    );
    expect(new Set(inSql)).toEqual(new Set([advisoryLocks.append, advisoryLocks.claimWebhooks]));
  });
});
