import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiAnswer, createApiClient } from './api-client.js';

export type Client = ReturnType<typeof createApiClient>;

/** Asks until the answer is as expected: what follows from one thing elsewhere takes a moment. */
export async function reached(
  api: Client,
  path: string,
  isDone: (body: ApiAnswer['body']) => boolean,
): Promise<ApiAnswer> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const now = await api.get(path);
    if (isDone(now.body)) return now;
    await sleep(100);
  }
  throw new Error(`${path} did not get there within 60 s`);
}

export function rows(answer: ApiAnswer): readonly Record<string, unknown>[] {
  return rowsOf(answer.body['data']);
}

export function rowsOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(record) : [];
}

export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

export function chapter(title: string): void {
  say(`\n${title}`);
}

export function tell(answer: ApiAnswer, meaning: string): void {
  say(`  ${answer.method} ${answer.path} -> ${answer.status}  ${meaning}`);
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
