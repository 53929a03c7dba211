import { impossible } from '../shared/corrupt-stream.js';
import type { Decider, Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import type { UserId } from '../shared/ids.js';
import type { UserCommand, UserEvent, UserRejection } from './messages.js';
import type { Role } from './roles.js';

type Known = { readonly userId: UserId; readonly role: Role };

export type UserState =
  | { readonly status: 'absent' }
  | (Known & { readonly status: 'invited' })
  | (Known & { readonly status: 'active'; readonly secondStep: boolean })
  /** `wasInvited` tells those who never chose a password. */
  | (Known & { readonly status: 'disabled'; readonly secondStep: boolean; readonly wasInvited: boolean });

export type ExistingUser = Exclude<UserState, { readonly status: 'absent' }>;

type UserDecision = Decision<UserEvent, UserRejection>;
type CommandOf<T extends UserCommand['type']> = Extract<UserCommand, { readonly type: T }>;

function decide(state: UserState, command: UserCommand): UserDecision {
  if (command.type === 'InviteUser') return invite(state, command);
  if (state.status === 'absent') return rejected({ code: 'user_not_found' });
  switch (command.type) {
    case 'ActivateUser':
      return activate(state, command);
    case 'OfferPasswordLink':
      return offerLink(state, command);
    case 'AssignRole':
      return assign(state, command);
    case 'DisableUser':
      return disable(state, command);
    case 'EnableUser':
      return enable(state, command);
    case 'ReplacePassword':
      return whenActive(state, { type: 'UserPasswordReplaced', at: command.at });
    case 'EnableSecondStep':
      return setSecondStep(state, true, { type: 'UserSecondStepEnabled', at: command.at });
    case 'RemoveSecondStep':
      return setSecondStep(state, false, { type: 'UserSecondStepRemoved', at: command.at });
  }
}

function invite(state: UserState, { at, userId, role }: CommandOf<'InviteUser'>): UserDecision {
  if (state.status === 'absent') return accepted({ type: 'UserInvited', at, userId, role });
  const same = state.status === 'invited' && state.userId === userId && state.role === role;
  return same ? nothingToDo : rejected({ code: 'user_already_exists' });
}

function activate(state: ExistingUser, { at }: CommandOf<'ActivateUser'>): UserDecision {
  switch (state.status) {
    case 'active':
      return nothingToDo;
    case 'invited':
      return accepted({ type: 'UserActivated', at });
    case 'disabled':
      return notActive(state);
  }
}

/** Who can sign in changes their own password by the one they have. */
function offerLink(state: ExistingUser, { at, by }: CommandOf<'OfferPasswordLink'>): UserDecision {
  if (by === state.userId) return rejected({ code: 'user_is_yourself' });
  if (state.status === 'disabled') return notActive(state);
  return accepted({ type: 'UserPasswordLinkOffered', at });
}

/** Nobody gives themselves a role: so somebody with the highest one always stays. */
function assign(state: ExistingUser, { at, role, by }: CommandOf<'AssignRole'>): UserDecision {
  if (role === state.role) return nothingToDo;
  if (by === state.userId) return rejected({ code: 'user_is_yourself' });
  return accepted({ type: 'UserRoleAssigned', at, role });
}

function disable(state: ExistingUser, { at, by }: CommandOf<'DisableUser'>): UserDecision {
  if (state.status === 'disabled') return nothingToDo;
  if (by === state.userId) return rejected({ code: 'user_is_yourself' });
  return accepted({ type: 'UserDisabled', at });
}

function enable(state: ExistingUser, { at, by }: CommandOf<'EnableUser'>): UserDecision {
  if (state.status !== 'disabled') return nothingToDo;
  if (by === state.userId) return rejected({ code: 'user_is_yourself' });
  return accepted({ type: 'UserEnabled', at });
}

function setSecondStep(state: ExistingUser, wanted: boolean, event: UserEvent): UserDecision {
  if (state.status === 'active' && state.secondStep === wanted) return nothingToDo;
  return whenActive(state, event);
}

function whenActive(state: ExistingUser, event: UserEvent): UserDecision {
  return state.status === 'active' ? accepted(event) : notActive(state);
}

function notActive({ status }: ExistingUser): UserDecision {
  return rejected({ code: 'user_not_active', status });
}

function evolve(state: UserState, event: UserEvent): UserState {
  if (event.type === 'UserInvited') {
    if (state.status !== 'absent') return impossible(state.status, event.type);
    return { status: 'invited', userId: event.userId, role: event.role };
  }
  if (state.status === 'absent') return impossible(state.status, event.type);
  switch (event.type) {
    case 'UserActivated':
      if (state.status !== 'invited') return impossible(state.status, event.type);
      return { ...state, status: 'active', secondStep: false };
    case 'UserRoleAssigned':
      return { ...state, role: event.role };
    case 'UserPasswordLinkOffered':
      if (state.status === 'disabled') return impossible(state.status, event.type);
      return state;
    case 'UserDisabled':
      return disabled(state);
    case 'UserEnabled':
      return enabled(state);
    case 'UserPasswordReplaced':
      if (state.status !== 'active') return impossible(state.status, event.type);
      return state;
    case 'UserSecondStepEnabled':
    case 'UserSecondStepRemoved':
      if (state.status !== 'active') return impossible(state.status, event.type);
      return { ...state, secondStep: event.type === 'UserSecondStepEnabled' };
  }
}

function disabled(state: ExistingUser): UserState {
  const { userId, role } = state;
  switch (state.status) {
    case 'disabled':
      return impossible(state.status, 'UserDisabled');
    case 'invited':
      return { status: 'disabled', userId, role, secondStep: false, wasInvited: true };
    case 'active':
      return { status: 'disabled', userId, role, secondStep: state.secondStep, wasInvited: false };
  }
}

function enabled(state: ExistingUser): UserState {
  if (state.status !== 'disabled') return impossible(state.status, 'UserEnabled');
  const { userId, role, secondStep } = state;
  return state.wasInvited
    ? { status: 'invited', userId, role }
    : { status: 'active', userId, role, secondStep };
}

/** Who may use the console, and as what. Who they are, and what they sign in with, stands beside the facts. */
export const user: Decider<UserState, UserCommand, UserEvent, UserRejection> = {
  initialState: { status: 'absent' },
  decide,
  evolve,
};
