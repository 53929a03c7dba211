import { readFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';

/** What the figures were taken on, in one sentence. */
export async function describeMachine(postgresVersion: string): Promise<string> {
  const model = await cpuModel();
  const memory = Math.round(totalmem() / 2 ** 30);
  return (
    `${cpus().length} cores (${model}), ${memory} GiB of memory, ${process.platform}, ` +
    `Node ${process.versions.node}, Postgres ${postgresVersion} (fsync, full_page_writes and synchronous_commit on).`
  );
}

async function cpuModel(): Promise<string> {
  const info = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const model = cpus()[0]?.model ?? /^model name\s*: (.+)$/m.exec(info)?.[1] ?? 'unknown';
  return model
    .replaceAll(/\((R|TM)\)/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
