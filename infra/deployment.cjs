// The Serverless Framework loads CommonJS, and shows the stack of what goes wrong.
module.exports = async ({ resolveVariable, options }) => {
  const { deployment } = await import('./deployment.ts');
  try {
    return await deployment(resolveVariable, options.param ?? []);
  } catch (error) {
    if (error.name === 'SettingsError') error.stack = `\n${error.message}`;
    throw error;
  }
};
