import type { ScaledServices } from '@de-build/core';
import { type Inline, MARKS, note, quiet, type Report, right, strong, table } from './model.ts';

/** @param changed services that were scaled */
export function scaleReport({ project, services }: ScaledServices, changed: readonly string[]): Report {
  if (changed.length > 0)
    return {
      parts: services
        .filter(({ service }) => changed.includes(service))
        .map(({ service, before, running }) =>
          note([strong(service), ` of ${project}: ${before} → ${running}; deployments keep it.`], MARKS.good),
        ),
    };
  const rows = services.map(({ service, running, recorded }): readonly Inline[] => [
    strong(service),
    String(running),
    recorded === undefined ? quiet('-') : String(recorded),
  ]);
  return { title: project, parts: [table(['service', right('running'), right('set')], rows)] };
}
