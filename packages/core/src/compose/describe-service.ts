import { type Container, containerSchema, type ImageConfig, imageSchema } from './inspected.ts';

/** A service of a Compose file, as Compose resolves it. */
export type ServiceDefinition = Readonly<Record<string, unknown>>;

/** Names of networks and volumes on the engine → their keys in the Compose file. */
export interface ResourceKeys {
  readonly network: (name: string) => string;
  readonly volume: (name: string) => string;
}

/** Settings of a container that have the same meaning in a Compose file, and the value that Compose gives them. */
const SAME: readonly (readonly [of: string, key: string, unless?: unknown])[] = [
  ['CapAdd', 'cap_add'],
  ['CapDrop', 'cap_drop'],
  ['SecurityOpt', 'security_opt'],
  ['ExtraHosts', 'extra_hosts'],
  ['Dns', 'dns'],
  ['DnsSearch', 'dns_search'],
  ['DnsOptions', 'dns_opt'],
  ['GroupAdd', 'group_add'],
  ['Sysctls', 'sysctls'],
  ['Init', 'init'],
  ['Privileged', 'privileged'],
  ['ReadonlyRootfs', 'read_only'],
  ['PidMode', 'pid'],
  ['IpcMode', 'ipc', 'private'],
  ['UsernsMode', 'userns_mode'],
  ['Runtime', 'runtime', 'runc'],
  ['CgroupParent', 'cgroup_parent'],
  ['ShmSize', 'shm_size', 64 * 1024 * 1024],
  ['Memory', 'mem_limit'],
  ['MemoryReservation', 'mem_reservation'],
  ['MemorySwap', 'memswap_limit'],
  ['CpuShares', 'cpu_shares'],
  ['CpuQuota', 'cpu_quota'],
  ['CpuPeriod', 'cpu_period'],
  ['CpusetCpus', 'cpuset'],
  ['PidsLimit', 'pids_limit'],
  ['OomScoreAdj', 'oom_score_adj'],
];

/**
 * The service that makes a container like this one: what its image does not give already. Secrets and configs that Compose wrote
 * into the container are not seen.
 * @param inspected both as the engine describes them
 */
export function describeService(
  inspected: { readonly container: unknown; readonly image: unknown },
  keys: ResourceKeys,
): ServiceDefinition {
  const container = containerSchema.parse(inspected.container);
  const image = imageSchema.safeParse(inspected.image).data?.Config ?? {};
  const { Config: config, HostConfig: host } = container;
  const settings = host as Readonly<Record<string, unknown>>;
  const same = SAME.filter(([of, , unless]) => isSet(settings[of]) && settings[of] !== unless);
  const other = (key: 'User' | 'WorkingDir' | 'StopSignal') =>
    config[key] && config[key] !== image[key] ? config[key] : undefined;
  const hasOwnHostname = Boolean(config.Hostname) && !container.Id.startsWith(config.Hostname ?? '');
  return escapeDollars(
    withoutUnset({
      image: config.Image,
      ...programOf(config, image),
      environment: environmentOf(config, image),
      user: other('User'),
      working_dir: other('WorkingDir'),
      stop_signal: other('StopSignal'),
      stop_grace_period: config.StopTimeout ? `${config.StopTimeout}s` : undefined,
      // Of another container's network it has the name, too.
      hostname: hasOwnHostname && isNetworked(host.NetworkMode) ? config.Hostname : undefined,
      domainname: config.Domainname,
      labels: labelsOf(config, image),
      healthcheck: healthcheckOf(config, image),
      tty: config.Tty,
      stdin_open: config.OpenStdin,
      restart: restartOf(host),
      ...networksOf(container, keys),
      ports: portsOf(host),
      volumes: volumesOf(container, image, keys),
      tmpfs: Object.entries(host.Tmpfs ?? {}).map(([path, options]) =>
        options === '' ? path : `${path}:${options}`,
      ),
      logging: host.LogConfig?.Type
        ? { driver: host.LogConfig.Type, options: host.LogConfig.Config ?? {} }
        : undefined,
      devices: host.Devices?.map(({ PathOnHost, PathInContainer, CgroupPermissions }) =>
        [PathOnHost, PathInContainer, CgroupPermissions || 'rwm'].join(':'),
      ),
      ulimits: Object.fromEntries(
        (host.Ulimits ?? []).map(({ Name, Soft, Hard }) => [Name, { soft: Soft, hard: Hard }]),
      ),
      cpus: host.NanoCpus ? host.NanoCpus / 1e9 : undefined,
      depends_on: dependenciesOf(config.Labels?.['com.docker.compose.depends_on']),
      ...Object.fromEntries(same.map(([of, key]) => [key, settings[of]])),
    }),
  );
}

/** An entry point without a command drops that of the image. */
function programOf({ Entrypoint, Cmd }: ImageConfig, image: ImageConfig): Readonly<Record<string, unknown>> {
  const isOtherEntry = !isEqual(Entrypoint, image.Entrypoint);
  return {
    entrypoint: isOtherEntry ? (Entrypoint ?? []) : undefined,
    command: isOtherEntry || !isEqual(Cmd, image.Cmd) ? (Cmd ?? []) : undefined,
  };
}

function environmentOf({ Env }: ImageConfig, image: ImageConfig): Readonly<Record<string, string>> {
  const given = new Set(image.Env ?? []);
  return Object.fromEntries(
    (Env ?? [])
      .filter((entry) => !given.has(entry))
      .map((entry) => {
        const at = entry.indexOf('=');
        return at === -1 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
      }),
  );
}

function labelsOf({ Labels }: ImageConfig, image: ImageConfig): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(Labels ?? {}).filter(
      ([key, value]) => !key.startsWith('com.docker.compose.') && image.Labels?.[key] !== value,
    ),
  );
}

function healthcheckOf({ Healthcheck: check }: ImageConfig, image: ImageConfig): unknown {
  if (!check || isEqual(check, image.Healthcheck)) return undefined;
  if (check.Test?.[0] === 'NONE') return { disable: true };
  const duration = (nanoseconds: number | null | undefined) => (nanoseconds ? `${nanoseconds}ns` : undefined);
  return withoutUnset({
    test: check.Test,
    interval: duration(check.Interval),
    timeout: duration(check.Timeout),
    start_period: duration(check.StartPeriod),
    start_interval: duration(check.StartInterval),
    retries: check.Retries,
  });
}

function restartOf({ RestartPolicy: policy }: Container['HostConfig']): string | undefined {
  if (!policy?.Name || policy.Name === 'no') return undefined;
  return policy.MaximumRetryCount ? `${policy.Name}:${policy.MaximumRetryCount}` : policy.Name;
}

function isNetworked(mode: string | null | undefined): boolean {
  return !/^(?:host|none|container:)/.test(mode ?? '');
}

function networksOf({ Id, Name, Config, HostConfig, NetworkSettings }: Container, keys: ResourceKeys) {
  const { NetworkMode: mode } = HostConfig;
  if (!isNetworked(mode)) return { network_mode: mode };
  const service = Config.Labels?.['com.docker.compose.service'];
  const given = new Set([Name.replace(/^\//, ''), service, Id.slice(0, 12)]);
  const networks = Object.entries(NetworkSettings.Networks ?? {}).map(([name, network]) => [
    keys.network(name),
    withoutUnset({
      aliases: network.Aliases?.filter((alias) => !given.has(alias)),
      ipv4_address: network.IPAMConfig?.IPv4Address,
      ipv6_address: network.IPAMConfig?.IPv6Address,
      driver_opts: network.DriverOpts,
    }),
  ]);
  return mode === 'bridge' ? { network_mode: mode } : { networks: Object.fromEntries(networks) };
}

function portsOf({ PortBindings }: Container['HostConfig']): readonly unknown[] {
  return Object.entries(PortBindings ?? {}).flatMap(([port, bindings]) => {
    const [target = '', protocol = 'tcp'] = port.split('/');
    return (bindings ?? []).map(({ HostIp, HostPort }) =>
      withoutUnset({
        mode: 'ingress',
        target: Number(target),
        published: HostPort === '0' ? undefined : HostPort,
        host_ip: HostIp,
        protocol,
      }),
    );
  });
}

const ANONYMOUS = /^[0-9a-f]{64}$/;

/** The image gives each new container its own anonymous volumes. */
function volumesOf({ Mounts }: Container, image: ImageConfig, keys: ResourceKeys): readonly unknown[] {
  return (Mounts ?? []).flatMap(({ Type: type, Name, Source, Destination: target, RW, Propagation }) => {
    const isAnonymous = type === 'volume' && ANONYMOUS.test(Name ?? '');
    if (isAnonymous && image.Volumes && target in image.Volumes) return [];
    const source =
      type === 'volume' ? (isAnonymous || !Name ? undefined : keys.volume(Name)) : (Source ?? undefined);
    return [
      withoutUnset({
        ...{ type, source, target },
        read_only: RW === false ? true : undefined,
        bind:
          type === 'bind'
            ? withoutUnset({
                create_host_path: true,
                propagation: Propagation === 'rprivate' ? undefined : Propagation,
              })
            : undefined,
      }),
    ];
  });
}

/** `configurator:service_completed_successfully:false,db:service_healthy:false` */
function dependenciesOf(label: string | undefined): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    (label ?? '')
      .split(',')
      .filter((one) => one !== '')
      .map((one) => {
        const [service = '', condition = 'service_started', restart] = one.split(':');
        return [service, { condition, required: false, ...(restart === 'true' ? { restart: true } : {}) }];
      }),
  );
}

function isSet(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === 0 || value === false) return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

function withoutUnset(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const kept = ['command', 'entrypoint'];
  return Object.fromEntries(
    Object.entries(value).filter(
      ([key, member]) => isSet(member) || (kept.includes(key) && Array.isArray(member)),
    ),
  );
}

/** Compose fills `$NAME` in every text of a file. */
function escapeDollars<Value>(value: Value): Value {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$') as Value;
  if (Array.isArray(value)) return value.map(escapeDollars) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, escapeDollars(member)]),
  ) as Value;
}

function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}
