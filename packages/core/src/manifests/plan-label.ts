/** The label that ties an image to its plan and its manifest. */
export const PLAN_DIGEST_LABEL = 'io.de-build.plan.digest';
