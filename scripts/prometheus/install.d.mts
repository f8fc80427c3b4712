/** Types of install.mjs, which is plain JavaScript so that it runs without a build. */
export interface PrometheusPrograms {
  readonly prometheus: string;
  readonly promtool: string;
}

export function findPrometheus(): PrometheusPrograms | null;
export function installPrometheus(): Promise<PrometheusPrograms>;
