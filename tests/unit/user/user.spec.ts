import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { scopes } from '../../../src/application/ports/api-keys.js';
import { scopesOfRole } from '../../../src/application/user/role-scopes.js';
import { userCodec } from '../../../src/application/user/user.codec.js';
import { userIdOf } from '../../../src/application/user/user-handler.js';
import { fold } from '../../../src/domain/shared/decider.js';
import type { UserCommand, UserEvent } from '../../../src/domain/user/messages.js';
import { roles } from '../../../src/domain/user/roles.js';
import type { UserState } from '../../../src/domain/user/user.js';
import { user } from '../../../src/domain/user/user.js';
import { given } from '../../support/decider-specification.js';
import { at } from '../../support/payment-examples.js';

const userId = userIdOf('0193f1a0-0000-7000-8000-000000000001');
const by = 'usr_somebody_else';
const invited: UserEvent = { type: 'UserInvited', at, userId, role: 'support' };
const activated: UserEvent = { type: 'UserActivated', at };
const active = [invited, activated];

describe('a user of the console', () => {
  it('is invited with a role, and can sign in once they have a password', () => {
    given(user, []).when({ type: 'InviteUser', at, userId, role: 'support' }).then(invited);
    given(user, [invited]).when({ type: 'ActivateUser', at }).then(activated);
  });

  it('is invited once; somebody else under the same id is refused', () => {
    given(user, [invited]).when({ type: 'InviteUser', at, userId, role: 'support' }).thenNothing();
    given(user, [invited])
      .when({ type: 'InviteUser', at, userId, role: 'owner' })
      .thenRejected({ code: 'user_already_exists' });
  });

  it('gets a role of somebody else, and never of themselves', () => {
    const role = 'owner' as const;
    given(user, active)
      .when({ type: 'AssignRole', at, role, by })
      .then({ type: 'UserRoleAssigned', at, role });
    given(user, active)
      .when({ type: 'AssignRole', at, role, by: userId })
      .thenRejected({ code: 'user_is_yourself' });
  });

  it('cannot put themselves out, or back in', () => {
    given(user, active)
      .when({ type: 'DisableUser', at, by: userId })
      .thenRejected({ code: 'user_is_yourself' });
    given(user, [...active, { type: 'UserDisabled', at }])
      .when({ type: 'EnableUser', at, by: userId })
      .thenRejected({ code: 'user_is_yourself' });
  });

  it('comes back as what they were: one who never chose a password is only invited', () => {
    const statusOf = (history: readonly UserEvent[]) =>
      given(user, [...history, { type: 'UserDisabled', at }])
        .when({ type: 'EnableUser', at, by })
        .then({ type: 'UserEnabled', at }).status;
    expect(statusOf([invited])).toBe('invited');
    expect(statusOf(active)).toBe('active');
  });

  it('cannot get a new password or second step while they are put out', () => {
    const history = [...active, { type: 'UserDisabled', at } as const];
    for (const type of ['ReplacePassword', 'EnableSecondStep', 'ActivateUser'] as const) {
      given(user, history).when({ type, at }).thenRejected({ code: 'user_not_active' });
    }
    given(user, history)
      .when({ type: 'OfferPasswordLink', at, by })
      .thenRejected({ code: 'user_not_active' });
  });

  it('that nobody invited is not known', () => {
    given(user, []).when({ type: 'ActivateUser', at }).thenRejected({ code: 'user_not_found' });
  });
});

const role = fc.constantFrom(...roles);
const who = fc.constantFrom<string>(userId, by);
const command: fc.Arbitrary<UserCommand> = fc.oneof(
  role.map((given): UserCommand => ({ type: 'InviteUser', at, userId, role: given })),
  fc
    .constantFrom('ActivateUser', 'ReplacePassword', 'EnableSecondStep', 'RemoveSecondStep')
    .map((type): UserCommand => ({ type, at })),
  fc
    .tuple(fc.constantFrom('OfferPasswordLink', 'DisableUser', 'EnableUser'), who)
    .map(([type, by_]): UserCommand => ({ type, at, by: by_ })),
  fc.tuple(role, who).map(([given, by_]): UserCommand => ({ type: 'AssignRole', at, role: given, by: by_ })),
);

function play(commands: readonly UserCommand[]) {
  const events: UserEvent[] = [];
  let state: UserState = user.initialState;
  for (const each of commands) {
    const decision = user.decide(state, each);
    if (decision.outcome === 'rejected') continue;
    events.push(...decision.events);
    state = decision.events.reduce(user.evolve, state);
  }
  return { events, state };
}

describe('whatever is done to a user', () => {
  const stories = fc.array(command, { maxLength: 25 });

  it('never breaks, and is stored and read again as it is', () => {
    fc.assert(
      fc.property(stories, (commands) => {
        const { events, state } = play(commands);
        const stored = events.map((event) => userCodec.decode(userCodec.encode(event)));
        expect(fold<UserState, UserEvent>(user, stored)).toEqual(state);
      }),
      { numRuns: 200 },
    );
  });

  it('says nothing new when it is done twice, but for what may be done again', () => {
    const again = ['ReplacePassword', 'OfferPasswordLink'];
    fc.assert(
      fc.property(stories, command, (commands, last) => {
        fc.pre(!again.includes(last.type));
        const { state } = play([...commands, last]);
        const decision = user.decide(state, last);
        expect(decision.outcome === 'rejected' || decision.events.length === 0).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('leaves an owner their role as long as only they give commands', () => {
    fc.assert(
      fc.property(stories, (commands) => {
        const own = commands.filter((each) => !('by' in each) || each.by === userId);
        const owner: UserCommand = { type: 'InviteUser', at, userId, role: 'owner' };
        const { state } = play([owner, { type: 'ActivateUser', at }, ...own]);
        expect(state).toMatchObject({ status: 'active', role: 'owner' });
      }),
      { numRuns: 100 },
    );
  });
});

describe('what a role may do', () => {
  it('is everything for an owner, and for an auditor only reading and replaying', () => {
    expect(scopesOfRole.owner).toEqual(scopes);
    expect(scopesOfRole.auditor.filter((scope) => !scope.endsWith(':read'))).toEqual(['audit:write']);
  });

  it('is not to make users or, but for developers, keys, for anybody but an owner', () => {
    for (const each of roles.filter((name) => name !== 'owner')) {
      expect(scopesOfRole[each]).not.toContain('users:write');
      expect(scopesOfRole[each].includes('keys:write')).toBe(each === 'developer');
    }
  });

  it('names no scope twice', () => {
    for (const each of roles) expect(new Set(scopesOfRole[each]).size).toBe(scopesOfRole[each].length);
  });
});
