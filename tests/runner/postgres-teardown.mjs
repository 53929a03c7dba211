import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** Stops the run's server, or drops the run's template from the server that TEST_DATABASE_URL names. */
export default async function tearDown() {
  const folder = process.env.COUNTERFOIL_TEST_RUN_DIR;
  if (folder === undefined) return;
  const started = await readFile(join(folder, 'ready.json'), 'utf8').then(JSON.parse, () => undefined);
  if (started?.clusterDir !== undefined) await stop(started.clusterDir);
  else if (started !== undefined) await drop(started);
  await rm(folder, { recursive: true, force: true });
}

async function stop(clusterDir) {
  const path = join(clusterDir, 'postmaster.pid');
  const read = () => readFile(path, 'utf8').catch(() => '');
  const pid = Number.parseInt(await read(), 10);
  if (!(pid > 0)) return;
  // Nothing of it is kept, so the server need not even write its buffers out.
  process.kill(pid, 'SIGQUIT');
  for (let waited = 0; waited < 10_000 && (await read()) !== ''; waited += 50) await sleep(50);
}

async function drop({ url, template }) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`drop database if exists "${template}" with (force)`);
  await client.end();
}
