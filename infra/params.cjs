const { join } = require('node:path');
const resolver = require('./resolver.cjs');

// The defaults, and what the stage's own file says instead. Both give way to --param.
module.exports = resolver(async ({ resolveVariable }) => {
  const [{ DEFAULTS }, { readStageParameters }] = await Promise.all([
    import('../src/deployment/parameters.ts'),
    import('../src/deployment/stage-parameters.ts'),
  ]);
  const stage = await resolveVariable('sls:stage');
  return { default: DEFAULTS, [stage]: await readStageParameters(stage, join(__dirname, 'stages')) };
});
