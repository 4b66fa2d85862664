/** Runs `work` for 0 to `count` - 1, `atOnce` at a time. Rejects with the first failure. */
export async function each(count: number, atOnce: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) await work(i);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
