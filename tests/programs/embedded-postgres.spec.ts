import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { EmbeddedPostgres } from '../../src/infrastructure/postgres/embedded-postgres.js';
import { startEmbeddedPostgres } from '../../src/infrastructure/postgres/embedded-postgres.js';
import { StartupError } from '../../src/infrastructure/startup-error.js';
import { silentLogger } from '../support/postgres.js';

const isRoot = process.getuid?.() === 0;
const asRoot = isRoot ? it : it.skip;
if (!isRoot) {
  process.stdout.write(
    'The embedded Postgres is not shut out of its folder: only where root starts it does it run as another user\n',
  );
}

describe('the embedded Postgres', () => {
  let made: string;
  let folder: string;
  let dataDir: string;
  let running: EmbeddedPostgres[];

  // Making a cluster is what takes long here, so those who need one as it is after a first start get a copy of this one.
  beforeAll(async () => {
    made = await mkdtemp(join(tmpdir(), 'counterfoil-embedded-made-'));
    await chmod(made, 0o755);
    const server = await startEmbeddedPostgres({ dataDir: join(made, 'postgres'), logger: silentLogger });
    await server.stop();
  });
  afterAll(() => rm(made, { recursive: true, force: true }));

  /** With the owners and rights of the files, which Node's own copy does not keep. */
  const copyMade = (to: string) => promisify(execFile)('cp', ['-a', join(made, 'postgres'), to]);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'counterfoil-embedded-'));
    // Postgres may run as another user than ours, who must be able to enter.
    await chmod(folder, 0o755);
    dataDir = join(folder, 'postgres');
    running = [];
  });
  afterEach(async () => {
    await Promise.all(running.map((server) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  });

  const start = async (options: { port?: number; dataDir?: string } = {}): Promise<EmbeddedPostgres> => {
    const server = await startEmbeddedPostgres({
      dataDir,
      logger: silentLogger,
      elsewhere: join(folder, 'elsewhere'),
      ...options,
    });
    running.push(server);
    return server;
  };

  const refusal = async (options: { port?: number; dataDir?: string } = {}): Promise<StartupError> => {
    try {
      await start(options);
    } catch (error) {
      if (error instanceof StartupError) {
        expect(error.message).not.toContain('\n');
        expect(error.mend.length).toBeGreaterThan(20);
        return error;
      }
      throw error;
    }
    throw new Error('it started');
  };

  const query = async (server: EmbeddedPostgres, text: string): Promise<unknown[]> => {
    const client = new pg.Client({ connectionString: server.connectionString });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  };

  const postmasterPid = async ({ clusterDir }: EmbeddedPostgres): Promise<number> =>
    Number.parseInt(await readFile(join(clusterDir, 'postmaster.pid'), 'utf8'), 10);

  it('keeps its data from one start to the next, durably and behind a password', async () => {
    await copyMade(dataDir);
    const first = await start();
    await query(first, 'create table kept as select 42 as answer');
    const [settings] = await query(
      first,
      `select current_setting('fsync') fsync, current_setting('synchronous_commit')
      commit, current_setting('listen_addresses') address, current_database() as database`,
    );
    expect(settings).toEqual({ fsync: 'on', commit: 'on', address: '127.0.0.1', database: 'counterfoil' });
    const stranger = new URL(first.connectionString);
    stranger.password = 'guessed';
    await expect(new pg.Client(stranger.toString()).connect()).rejects.toThrow(
      'password authentication failed',
    );
    expect((await stat(join(dataDir, 'password'))).mode & 0o777).toBe(0o600);
    await first.stop();
    await first.stop();
    expect(await query(await start(), 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  it('refuses a folder that a live process uses, and a port that is taken', async () => {
    await copyMade(dataDir);
    await start();
    expect((await refusal()).message).toContain(`pid ${process.pid}`);
    await copyMade(join(folder, 'other'));
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const error = await refusal({ port, dataDir: join(folder, 'other') });
    expect(error.message).toContain(String(port));
    taken.close();
  });

  it('takes over from a process that was killed, whose server still runs or was killed too', async () => {
    await copyMade(dataDir);
    const first = await start();
    await query(first, 'create table kept as select 1 as answer');
    const pid = await postmasterPid(first);
    // What a killed process leaves: its lock, and its server running.
    await writeFile(join(dataDir, 'lock'), '4194303 1\n');
    const second = await start();
    expect(await postmasterPid(second)).not.toBe(pid);
    expect(await query(second, 'select answer from kept')).toEqual([{ answer: 1 }]);
    process.kill(await postmasterPid(second), 'SIGKILL');
    await writeFile(join(dataDir, 'lock'), '4194303 1\n');
    expect(await query(await start(), 'select answer from kept')).toEqual([{ answer: 1 }]);
  });

  it('is not misled by a pid file whose number now belongs to another process', async () => {
    await copyMade(dataDir);
    const first = await start();
    const { clusterDir } = first;
    await first.stop();
    const other = spawn('sleep', ['30']);
    await writeFile(
      join(clusterDir, 'postmaster.pid'),
      `${other.pid}\n${clusterDir}\n1\n5432\n\n127.0.0.1\n0 0\nready\n`,
    );
    await start();
    expect(other.exitCode).toBeNull();
    other.kill();
  });

  it('goes its own way when a signal goes to our process group', async () => {
    await copyMade(dataDir);
    const server = await start();
    const fields =
      (await readFile(`/proc/${await postmasterPid(server)}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
    const own = (await readFile('/proc/self/stat', 'utf8')).split(') ')[1]?.split(' ') ?? [];
    // Fields after the name: state, parent, process group, session.
    expect(fields[2]).not.toBe(own[2]);
    expect(fields[3]).not.toBe(own[3]);
  });

  it('says in one line what is wrong with a data folder', async () => {
    await copyMade(dataDir);
    const server = await start();
    const { clusterDir } = server;
    await server.stop();
    expect((await refusal({ dataDir: clusterDir })).message).toContain('itself a data folder');

    await writeFile(join(clusterDir, 'PG_VERSION'), '15\n');
    expect((await refusal()).message).toMatch(/made by Postgres 15; this installation brings Postgres 18/);
    await writeFile(join(clusterDir, 'PG_VERSION'), '18\n');

    const control = join(clusterDir, 'global', 'pg_control');
    const intact = await readFile(control);
    await writeFile(control, Buffer.alloc(intact.length, 7));
    expect((await refusal()).message).toContain('does not start');
    await writeFile(control, intact);

    await rm(join(dataDir, 'password'));
    expect((await refusal()).message).toContain('password');
    await writeFile(join(dataDir, 'password'), 'not-the-one\n');
    expect((await refusal()).message).toContain('does not let us in');

    const foreign = join(folder, 'foreign');
    await mkdir(join(foreign, 'cluster'), { recursive: true });
    await writeFile(join(foreign, 'cluster', 'holiday.jpg'), '');
    expect((await refusal({ dataDir: foreign })).message).toContain('not a data folder of Postgres');

    await writeFile(join(folder, 'file'), '');
    expect((await refusal({ dataDir: join(folder, 'file') })).message).toContain('cannot write');
  });

  it('makes the database anew when the first start was cut short', async () => {
    await mkdir(join(dataDir, 'cluster.new', 'cluster'), { recursive: true });
    await writeFile(join(dataDir, 'cluster.new', 'cluster', 'PG_VERSION'), '18\n');
    await writeFile(join(dataDir, 'password'), 'of-the-first-try\n');
    expect(await query(await start(), 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  asRoot(
    'moves the cluster elsewhere when its user may not enter the folder, and finds it again',
    async () => {
      const closed = join(folder, 'home');
      await mkdir(closed, { mode: 0o700 });
      const first = await start({ dataDir: join(closed, 'data') });
      expect(first.clusterDir.startsWith(join(folder, 'elsewhere'))).toBe(true);
      await query(first, 'create table kept as select 1 as answer');
      await first.stop();
      expect(await query(await start({ dataDir: join(closed, 'data') }), 'select answer from kept')).toEqual([
        { answer: 1 },
      ]);
    },
  );
});
