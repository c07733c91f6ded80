/** What errors and log lines say in words: tests hold them to what matters of it. What they carry besides is mutated. */
function shouldIgnore(path) {
  if (!path.isStringLiteral() && !path.isTemplateLiteral()) return undefined;
  const { parentPath: parent, listKey, key } = path;
  if (listKey !== 'arguments') return undefined;
  const callee = parent.get('callee');
  if (parent.isNewExpression() && /Error$/.test(callee.node.name)) return 'The message of an error';
  return key === 0 && isLog(callee) ? 'The message of a log line' : undefined;
}

function isLog(callee) {
  if (!callee.isMemberExpression()) return false;
  const { name, property } = callee.node.object;
  return (name ?? property?.name) === 'logger';
}

export const strykerPlugins = [{ kind: 'Ignore', name: 'messages', value: { shouldIgnore } }];
