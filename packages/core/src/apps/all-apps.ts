/** Frappe, where there is one, and then the apps: of a plan, a record, or a site's sources. */
export function allApps<App>({
  frappe,
  apps,
}: {
  readonly frappe: App | null | undefined;
  readonly apps: readonly App[];
}): readonly App[] {
  return frappe === null || frappe === undefined ? apps : [frappe, ...apps];
}
