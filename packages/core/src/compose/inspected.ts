import { z } from 'zod';

const texts = z.array(z.string()).nullish();
const text = z.string().nullish();
const number = z.number().nullish();
const map = z.record(z.string(), z.string()).nullish();

const healthcheckSchema = z
  .looseObject({
    Test: texts,
    Interval: number,
    Timeout: number,
    StartPeriod: number,
    StartInterval: number,
    Retries: number,
  })
  .nullish();

const imageConfigSchema = z.looseObject({
  Env: texts,
  Cmd: texts,
  Entrypoint: texts,
  User: text,
  WorkingDir: text,
  StopSignal: text,
  Labels: map,
  Healthcheck: healthcheckSchema,
  Volumes: z.record(z.string(), z.unknown()).nullish(),
});

/** An image, as the engine describes it. */
export const imageSchema = z.looseObject({ Config: imageConfigSchema.nullish() });

/** A container, as the engine describes it. */
export const containerSchema = z.looseObject({
  Id: z.string(),
  Name: z.string(),
  Config: imageConfigSchema.extend({
    Image: z.string(),
    Hostname: text,
    Domainname: text,
    StopTimeout: number,
    Tty: z.boolean().nullish(),
    OpenStdin: z.boolean().nullish(),
  }),
  HostConfig: z.looseObject({
    NetworkMode: text,
    PortBindings: z
      .record(z.string(), z.array(z.looseObject({ HostIp: text, HostPort: text })).nullish())
      .nullish(),
    RestartPolicy: z.looseObject({ Name: text, MaximumRetryCount: number }).nullish(),
    LogConfig: z.looseObject({ Type: text, Config: map }).nullish(),
    Tmpfs: map,
    Sysctls: map,
    Devices: z
      .array(z.looseObject({ PathOnHost: z.string(), PathInContainer: z.string(), CgroupPermissions: text }))
      .nullish(),
    Ulimits: z.array(z.looseObject({ Name: z.string(), Soft: z.number(), Hard: z.number() })).nullish(),
    NanoCpus: number,
  }),
  Mounts: z
    .array(
      z.looseObject({
        Type: z.string(),
        Name: text,
        Source: text,
        Destination: z.string(),
        RW: z.boolean().nullish(),
        Propagation: text,
      }),
    )
    .nullish(),
  NetworkSettings: z.looseObject({
    Networks: z
      .record(
        z.string(),
        z.looseObject({
          Aliases: texts,
          DriverOpts: map,
          IPAMConfig: z.looseObject({ IPv4Address: text, IPv6Address: text }).nullish(),
        }),
      )
      .nullish(),
  }),
});

export type Container = z.infer<typeof containerSchema>;
export type ImageConfig = z.infer<typeof imageConfigSchema>;
