import { writeFileSync } from 'node:fs';

/**
 * Keeps the memory of this process, and of every process that it starts from now on, out of core dumps (`coredump_filter`,
 * core(5)). A limit on the size of cores would not be enough: collectors such as systemd's ignore it.
 *
 * A program may call it when it starts; the library itself never does.
 * @returns whether the system supports it: Linux does
 */
export function keepMemoryOutOfCoreDumps(): boolean {
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
    return true;
  } catch {
    return false;
  }
}
