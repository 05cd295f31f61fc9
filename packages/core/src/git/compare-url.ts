/** Git hosts with the same form of comparison URLs. */
type HostSoftware = 'github' | 'gitlab' | 'gitea';

/**
 * The web page that compares two commits on GitHub, GitLab, Gitea or Forgejo, which are recognised by their host names.
 * @param url of the repository, without credentials
 * @returns `undefined` for any other host
 */
export function compareUrl(url: string, from: string, to: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, origin, pathname } = new URL(url);
  const software = softwareOf(hostname);
  const path = pathname.replace(/\/+$/, '').replace(/\.git$/, '');
  if (software === undefined || !/^(?:https?|ssh):$/.test(protocol) || !/^\/[^/]+\/[^/]/.test(path))
    return undefined;
  const web = protocol === 'ssh:' ? `https://${hostname}` : origin;
  return `${web}${path}${software === 'gitlab' ? '/-' : ''}/compare/${from}...${to}`;
}

function softwareOf(hostname: string): HostSoftware | undefined {
  const labels = hostname.toLowerCase().split('.');
  if (labels.includes('github')) return 'github';
  if (labels.includes('gitlab')) return 'gitlab';
  return labels.some((label) => ['gitea', 'forgejo', 'codeberg'].includes(label)) ? 'gitea' : undefined;
}
