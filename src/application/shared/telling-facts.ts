import type { CommandHandler } from './command-handler.js';

/**
 * A command handler that tells each fact of the commands it accepts, for whoever counts them. Facts of a command that was
 * carried out before, and is sent again, are told again.
 */
export function tellingFacts<S, C, E, R>(
  handler: CommandHandler<S, C, E, R>,
  tell: (event: E) => void,
): CommandHandler<S, C, E, R> {
  return {
    load: handler.load,
    async handle(...command) {
      const handled = await handler.handle(...command);
      if (handled.outcome === 'accepted') for (const { event } of handled.facts) tell(event);
      return handled;
    },
  };
}
