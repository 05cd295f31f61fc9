import { createHash } from 'node:crypto';
import { omitUndefined } from '../omit-undefined.ts';
import { appUrl, packageUrl } from './package-url.ts';
import type { ImagePackages, Package } from './packages.ts';

/** What a bill of materials lists. The same sources give the same document. */
export interface BillSources {
  /** `desiredeffect/erpnext-custom` */
  readonly image: string;
  readonly siteVersion: string;
  /** `sha256:…` */
  readonly imageId: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly deBuildVersion: string;
  readonly apps: readonly BillApp[];
  readonly packages: ImagePackages;
}

export interface BillApp {
  readonly name: string;
  /** Without credentials. */
  readonly url: string;
  readonly ref: string;
  readonly commit: string;
  readonly version: string | null;
}

/** The parts of a CycloneDX document that are written. */
export interface BillOfMaterials {
  readonly $schema: string;
  readonly bomFormat: 'CycloneDX';
  readonly specVersion: '1.6';
  readonly serialNumber: string;
  readonly version: number;
  readonly metadata: {
    readonly timestamp: string;
    readonly tools: { readonly components: readonly BillComponent[] };
    readonly component: BillComponent;
  };
  readonly components: readonly BillComponent[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

export interface BillComponent {
  readonly type: 'application' | 'container' | 'library';
  readonly 'bom-ref'?: string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly purl?: string;
  readonly externalReferences?: readonly { readonly type: 'vcs'; readonly url: string }[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

/**
 * The apps and packages of a release as a CycloneDX 1.6 document (https://cyclonedx.org/docs/1.6/json/). Its serial
 * number is derived from the image's id, so that writing it again gives the same bytes.
 */
export function billOfMaterials(sources: BillSources): BillOfMaterials {
  const container = `${sources.image}@${sources.imageId}`;
  const apps = sources.apps.map(appComponent);
  const packages = sources.packages.packages.map((each) => packageComponent(each, sources.packages.system));
  const components = uniqueByRef([...apps, ...packages]);
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: serialNumber(sources.imageId),
    version: 1,
    metadata: {
      timestamp: sources.createdAt,
      tools: { components: [{ type: 'application', name: 'de-build', version: sources.deBuildVersion }] },
      component: {
        type: 'container',
        'bom-ref': container,
        name: sources.image,
        version: sources.siteVersion,
        properties: [{ name: 'de-build:image:id', value: sources.imageId }],
      },
    },
    components,
    dependencies: [{ ref: container, dependsOn: components.map((component) => component['bom-ref'] ?? '') }],
  };
}

function appComponent(app: BillApp): BillComponent {
  const purl = appUrl(app);
  return {
    type: 'application',
    'bom-ref': purl,
    name: app.name,
    version: app.version ?? app.commit,
    purl,
    externalReferences: [{ type: 'vcs', url: app.url }],
    properties: [
      { name: 'de-build:app:ref', value: app.ref },
      { name: 'de-build:app:commit', value: app.commit },
    ],
  };
}

function packageComponent(found: Package, system: string | undefined): BillComponent {
  const purl = packageUrl(found, system);
  const [, scope, name] = /^(@[^/]+)\/(.+)$/.exec(found.ecosystem === 'node' ? found.name : '') ?? [];
  return {
    type: 'library',
    'bom-ref': purl,
    ...omitUndefined({ group: scope }),
    name: name ?? found.name,
    version: found.version,
    purl,
  };
}

/** Different spellings of a Python package's name have one reference. */
function uniqueByRef(components: readonly BillComponent[]): readonly BillComponent[] {
  return [...new Map(components.map((component) => [component['bom-ref'], component])).values()];
}

/** A UUID of version 8 (RFC 9562), whose bits may be chosen freely. */
function serialNumber(imageId: string): string {
  const hex = createHash('sha256').update(`de-build bill of materials ${imageId}`).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ];
  return `urn:uuid:${parts.join('-')}`;
}
