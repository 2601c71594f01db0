/** Whether `text` matches a shell pattern, as Python's `fnmatch` has it on POSIX: `*`, `?`, `[ab]`, `[!a-c]`; case counts. */
export function matchesGlob(text: string, pattern: string): boolean {
  const tokens = tokensOf(pattern);
  let at = 0;
  let token = 0;
  let resume: { readonly token: number; at: number } | null = null;
  while (at < text.length || token < tokens.length) {
    const expected = tokens[token];
    if (expected === '*') {
      resume = { token: token + 1, at };
      token++;
    } else if (expected !== undefined && at < text.length && expected(text.charAt(at))) {
      at++;
      token++;
    } else if (resume !== null && resume.at < text.length) {
      // The last star takes one more character: an earlier one never needs to be tried again.
      resume.at++;
      at = resume.at;
      token = resume.token;
    } else return false;
  }
  return true;
}

type Token = '*' | ((char: string) => boolean);

function tokensOf(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern.charAt(at);
    const close = char === '[' ? closeOf(pattern, at) : -1;
    if (char === '*') tokens.push('*');
    else if (char === '?') tokens.push(() => true);
    else if (close === -1) tokens.push((other) => other === char);
    else {
      tokens.push(oneOf(pattern.slice(at + 1, close)));
      at = close;
    }
  }
  return tokens;
}

/** The `]` that ends the set opened at `open`; one that comes first belongs to the set. -1 when the set does not end. */
function closeOf(pattern: string, open: number): number {
  const first = pattern.charAt(open + 1) === '!' ? open + 2 : open + 1;
  return pattern.indexOf(']', first + 1);
}

function oneOf(set: string): (char: string) => boolean {
  const negated = set.startsWith('!');
  const members = negated ? set.slice(1) : set;
  return (char) => holds(members, char) !== negated;
}

function holds(members: string, char: string): boolean {
  for (let at = 0; at < members.length; at++) {
    const isRange = members.charAt(at + 1) === '-' && at + 2 < members.length;
    if (isRange) {
      if (members.charAt(at) <= char && char <= members.charAt(at + 2)) return true;
      at += 2;
    } else if (members.charAt(at) === char) return true;
  }
  return false;
}

/** Whether a path matches a pattern of paths, as Python's `Path.glob` has it: `**` is any number of folders. */
export function matchesPathGlob(path: readonly string[], pattern: readonly string[], isFolder: boolean): boolean {
  const [part, ...rest] = pattern;
  if (part === undefined) return path.length === 0;
  if (part !== '**') {
    const [first, ...others] = path;
    return first !== undefined && matchesPart(first, part) && matchesPathGlob(others, rest, isFolder);
  }
  if (rest.length === 0) return isFolder;
  return path.some((_, from) => matchesPathGlob(path.slice(from), rest, isFolder));
}

function matchesPart(name: string, part: string): boolean {
  return /[*?[]/.test(part) ? matchesGlob(name, part) : name === part;
}
