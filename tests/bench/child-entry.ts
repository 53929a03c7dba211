/** The child's half of `child.ts`: tells the parent that it is ready, answers what it asks, and ends with it. */
export function serveParent<Ready, Question = never>(options: {
  readonly ready: Ready;
  readonly stop: () => Promise<void>;
  readonly answer?: (question: Question) => Promise<unknown>;
}): void {
  const { stop, answer } = options;
  const end = (): void => {
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('message', (message: ParentMessage<Question>) => {
    if (message.kind === 'stop') end();
    else if (message.kind === 'usage') {
      const { user, system } = process.cpuUsage();
      reply({ cpuMs: (user + system) / 1000, residentBytes: process.memoryUsage.rss() });
    } else {
      answer?.(message.question).then(reply, (error: unknown) => {
        tell({
          kind: 'failed',
          message: error instanceof Error ? (error.stack ?? error.message) : `${error}`,
        });
      });
    }
  });
  process.on('disconnect', end);
  tell({ kind: 'ready', value: options.ready });
}

export type ParentMessage<Question> =
  | { readonly kind: 'stop' }
  | { readonly kind: 'usage' }
  | { readonly kind: 'ask'; readonly question: Question };

export type ChildMessage =
  | { readonly kind: 'ready' | 'answer'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly message: string };

function reply(value: unknown): void {
  tell({ kind: 'answer', value });
}

function tell(message: ChildMessage): void {
  process.send?.(message);
}
