const resolver = require('./resolver.cjs');

module.exports = resolver(async ({ resolveVariable, options }) => {
  const { deployment } = await import('../src/deployment/deployment.ts');
  return deployment(resolveVariable, options.param ?? []);
});
