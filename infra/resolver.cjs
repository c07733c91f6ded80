// The Serverless Framework loads CommonJS, and shows the stack of what goes wrong.
module.exports = (work) => async (framework) => {
  try {
    return await work(framework);
  } catch (error) {
    if (error.name === 'SettingsError') error.stack = `\n${error.message}`;
    throw error;
  }
};
