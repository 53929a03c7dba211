/**
 * What the work brings within `ms`. When it takes longer, what `whenLate` answers or throws instead; the work goes on, and what
 * becomes of it then is nobody's to hear.
 */
export async function within<T, L>(ms: number, work: Promise<T>, whenLate: () => L): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<L>((resolve, reject) => {
    timer = setTimeout(() => {
      try {
        resolve(whenLate());
      } catch (error) {
        reject(error);
      }
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
