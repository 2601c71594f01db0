/**
 * SQL with Jinja, its comments replaced by blanks, so that lines and columns stay where they are. Comments are the
 * author's words, and the author's words are not shown to the LLM. Text in quotes is left alone.
 */
export function stripComments(sql: string): string {
  return sql.replace(
    /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\{#[\s\S]*?(?:#\}|$)/g,
    (token) => (/^(--|\/\*|\{#)/.test(token) ? token.replace(/[^\n]/g, ' ') : token),
  );
}
