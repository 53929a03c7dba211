import { expect, it } from '@jest/globals';
import type { Leases } from '../../src/application/ports/lease.js';

let names = 0;
const newName = (): string => {
  names += 1;
  return `effect:contract-${process.pid}-${names}`;
};

/**
 * What every keeper of leases promises.
 * @param forget makes the service behind it lose all it knows
 */
export function leaseContract(leasesOf: () => Leases, forget: () => Promise<void>): void {
  it('grants a lease to one of many who ask at once', async () => {
    const name = newName();
    const asked = await Promise.all(Array.from({ length: 20 }, () => leasesOf().acquire(name, 5_000)));
    expect(asked.filter((lease) => lease !== undefined)).toHaveLength(1);
  });

  it('keeps leases of different names apart', async () => {
    expect(await leasesOf().acquire(newName(), 5_000)).toBeDefined();
    expect(await leasesOf().acquire(newName(), 5_000)).toBeDefined();
  });

  it('grants a released lease again, with a greater token', async () => {
    const name = newName();
    const first = await leasesOf().acquire(name, 5_000);
    await first?.release();
    const second = await leasesOf().acquire(name, 5_000);
    expect(first?.fencingToken).toBeGreaterThan(0n);
    expect(second?.fencingToken).toBeGreaterThan(first?.fencingToken ?? 0n);
  });

  it('passes a lease on when its time is over, with a greater token', async () => {
    const name = newName();
    const first = await leasesOf().acquire(name, 60);
    await new Promise((resolve) => setTimeout(resolve, 120));
    const second = await leasesOf().acquire(name, 5_000);
    expect(second?.fencingToken).toBeGreaterThan(first?.fencingToken ?? 0n);
  });

  it('lets nobody release what has passed to somebody else', async () => {
    const name = newName();
    const first = await leasesOf().acquire(name, 60);
    await new Promise((resolve) => setTimeout(resolve, 120));
    const second = await leasesOf().acquire(name, 5_000);
    expect(second).toBeDefined();
    await first?.release();
    expect(await leasesOf().acquire(name, 5_000)).toBeUndefined();
    await second?.release();
    await second?.release();
    expect(await leasesOf().acquire(name, 5_000)).toBeDefined();
  });

  it('keeps tokens growing after everything was forgotten', async () => {
    const name = newName();
    let last = 0n;
    for (let n = 0; n < 20; n += 1) {
      const lease = await leasesOf().acquire(name, 5_000);
      expect(lease?.fencingToken).toBeGreaterThan(last);
      last = lease?.fencingToken ?? 0n;
      await forget();
    }
  });
}
