/** Null when Redis answers within two seconds; what is wrong with it otherwise. */
export async function pingRedis(url: string): Promise<string | null> {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let failure: string | undefined;
  redis.on('error', (error) => {
    failure = error.message;
  });
  try {
    await redis.connect();
    await redis.ping();
    return null;
  } catch (error) {
    return failure ?? (error instanceof Error ? error.message : String(error));
  } finally {
    redis.disconnect();
  }
}
