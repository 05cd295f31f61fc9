import { writeFileSync } from 'node:fs';

/**
 * Keeps the memory of this process, and of every process that it starts from now on, out of core dumps, whoever collects
 * them: the kernel is told that no kind of memory belongs into one (`coredump_filter`, core(5)). A limit of the core's size
 * would not do: it does not hold for a collector such as systemd's.
 *
 * For a whole program to call, at its start; the library itself never does.
 * @returns whether the system knows it: Linux does
 */
export function keepMemoryOutOfCoreDumps(): boolean {
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
    return true;
  } catch {
    return false;
  }
}
