/** How a git host writes the address of a comparison. */
type Host = 'github' | 'gitlab' | 'gitea';

/**
 * Where the commits between two can be looked at on the git host: GitHub, GitLab, Gitea and Forgejo, known by their names.
 * @param url of the repository, without credentials
 * @returns `undefined` for a host that is not known
 */
export function compareUrl(url: string, from: string, to: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, origin, pathname } = new URL(url);
  const host = hostOf(hostname);
  const path = pathname.replace(/\/+$/, '').replace(/\.git$/, '');
  if (host === undefined || !/^(?:https?|ssh):$/.test(protocol) || !/^\/[^/]+\/[^/]/.test(path))
    return undefined;
  const web = protocol === 'ssh:' ? `https://${hostname}` : origin;
  return `${web}${path}${host === 'gitlab' ? '/-' : ''}/compare/${from}...${to}`;
}

function hostOf(hostname: string): Host | undefined {
  const labels = hostname.toLowerCase().split('.');
  if (labels.includes('github')) return 'github';
  if (labels.includes('gitlab')) return 'gitlab';
  return labels.some((label) => ['gitea', 'forgejo', 'codeberg'].includes(label)) ? 'gitea' : undefined;
}
