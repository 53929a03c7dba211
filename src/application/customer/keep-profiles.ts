import { randomUUID } from 'node:crypto';
import type { CustomerProfile } from '../../domain/customer/profile.js';
import { blankProfile, differingFields } from '../../domain/customer/profile.js';
import type { CustomerState } from '../../domain/customer/state.js';
import type { CustomerId } from '../../domain/shared/ids.js';
import type { Clock } from '../ports/clock.js';
import type { CustomerProfiles } from '../ports/customer-profiles.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { HandleOptions } from '../shared/command-handler.js';
import { Contention } from '../shared/command-handler.js';
import type { CustomerHandler, HandledCustomer } from './customer-effects.js';

export type KeepProfiles = {
  register(
    customerId: CustomerId,
    profile: CustomerProfile,
    metadata: EventMetadata,
  ): Promise<HandledCustomer>;
  /**
   * Puts what `change` makes of the present profile in its place. Made again from the newer one where another revision came
   * between, unless the caller insists on a revision.
   * @throws Contention when others come between again and again
   */
  revise(
    customerId: CustomerId,
    change: (profile: CustomerProfile) => CustomerProfile,
    metadata: EventMetadata,
    options?: Pick<HandleOptions<CustomerState>, 'ifRevision'>,
  ): Promise<HandledCustomer>;
  /** Blank for a customer whose record was destroyed. */
  read(state: CustomerState): Promise<CustomerProfile>;
};

const attemptsMax = 10;

/** Writes the record first and the fact that names it after it: see the port for why. */
export function createKeepProfiles(parts: {
  readonly handler: CustomerHandler;
  readonly profiles: CustomerProfiles;
  readonly clock: Clock;
}): KeepProfiles {
  const { handler, profiles, clock } = parts;

  async function read(state: CustomerState): Promise<CustomerProfile> {
    if (state.status === 'absent') return blankProfile;
    return (await profiles.findProfile(state.profile.profileId)) ?? blankProfile;
  }

  /** Each try has a record of its own: one that no fact came to name is of nobody and goes at once. */
  async function kept(
    customerId: CustomerId,
    profile: CustomerProfile,
    handle: (recordId: string) => Promise<HandledCustomer>,
  ): Promise<HandledCustomer> {
    const recordId = randomUUID();
    await profiles.keepProfile(recordId, customerId, profile);
    const handled = await handle(recordId);
    if (!names(handled, recordId)) await profiles.destroy(recordId);
    return handled;
  }

  async function revise(
    ...[customerId, change, metadata, options = {}]: Parameters<KeepProfiles['revise']>
  ): Promise<HandledCustomer> {
    for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
      const { state, revision } = await handler.load(customerId);
      if (state.status === 'absent') {
        return { outcome: 'rejected', rejection: { code: 'customer_not_found' }, state, revision };
      }
      const present = await read(state);
      const profile = change(present);
      const fields = differingFields(present, profile);
      const command = (profileId: string) => ({
        type: 'ReviseProfile' as const,
        at: clock.now(),
        basedOn: state.profile.version,
        profileId,
        fields,
      });
      const handle = (recordId: string) => handler.handle(customerId, command(recordId), metadata, options);
      // Where nothing differs there is nothing to keep, but If-Match is still to be looked at.
      const handled =
        fields.length === 0 ? await handle(state.profile.profileId) : await kept(customerId, profile, handle);
      const overtaken =
        handled.outcome === 'rejected' && handled.rejection.code === 'profile_revised_meanwhile';
      if (!overtaken) return handled;
    }
    throw new Contention(
      `the profile of ${customerId} was revised ${attemptsMax} times while one was written`,
    );
  }

  return {
    register: (customerId, profile, metadata) =>
      kept(customerId, profile, (profileId) =>
        handler.handle(
          customerId,
          { type: 'RegisterCustomer', at: clock.now(), customerId, profileId },
          metadata,
          // Its id is new, so there is nothing to read. Should this be a repeat, the append notices.
          { known: { state: { status: 'absent' }, revision: null } },
        ),
      ),
    revise,
    read,
  };
}

function names({ state }: HandledCustomer, recordId: string): boolean {
  return state.status !== 'absent' && state.profile.profileId === recordId;
}
