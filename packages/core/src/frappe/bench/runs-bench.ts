/**
 * Whether a command line has `bench COMMAND`, with options between; not a path such as `frappe-bench/sites`.
 * @param commands alternatives, separated by `|`
 */
export function runsBench(line: string, commands: string): boolean {
  return new RegExp(`(?:^|[\\s/;&|'"])bench(?:\\s+[^\\s;&|]+)*?\\s+(?:${commands})(?=[\\s;&|'"]|$)`).test(
    line,
  );
}
