import { showMarkdown } from './show-markdown.ts';
import { bold, dim, displayWidth, plain, table, wrap } from './terminal.ts';

/** What a person would see of a review on GitHub, as text for a terminal. */
export interface ShownReview {
  readonly checkRuns: Readonly<
    Record<string, { readonly status: string; readonly conclusion: string | null; readonly title: string | null }>
  >;
  readonly labels: readonly string[];
  readonly comments: readonly { readonly author: string; readonly body: string }[];
  readonly reviews: readonly {
    readonly comments: readonly { readonly path: string; readonly line: number | null; readonly body: string }[];
  }[];
}

export interface ShowOptions {
  /** Columns of the terminal. */
  readonly width: number;
  /** Whether folded parts of a comment are shown. */
  readonly full: boolean;
  readonly color: boolean;
}

const icons: Readonly<Record<string, string>> = {
  success: '✅',
  failure: '⛔',
  action_required: '❔',
  neutral: '⚪',
  cancelled: '🚫',
};

/** Check runs, labels, comment and inline comments, one below the other. */
export function showReview(review: ShownReview, options: ShowOptions): string {
  return [
    heading('Check runs', options),
    showCheckRuns(review, options),
    heading('Labels', options),
    review.labels.length === 0 ? '(none)' : review.labels.map(plain).join(' · '),
    ...review.comments.flatMap(({ author, body }) => [
      heading(`Comment by ${plain(author)}`, options),
      showMarkdown(body, options),
    ]),
    heading('Inline comments', options),
    showInlineComments(review, options),
  ].join('\n');
}

function showCheckRuns({ checkRuns }: ShownReview, { width, color }: ShowOptions): string {
  const rows = Object.entries(checkRuns).map(([name, { status, conclusion, title }]) => {
    const outcome = conclusion ?? status;
    return [plain(name), `${icons[outcome] ?? '⏳'} ${outcome}`, plain(title ?? '')];
  });
  return table([['check run', 'conclusion', 'title'], ...rows], { width, color });
}

function showInlineComments({ reviews }: ShownReview, options: ShowOptions): string {
  const comments = reviews.flatMap((review) => review.comments);
  if (comments.length === 0) return '(none)';
  return comments
    .map(({ path, line, body }) => {
      const place = bold(`${plain(path)}${line === null ? '' : `:${String(line)}`}`, options.color);
      return `${place}\n${indent(showMarkdown(body, { ...options, width: options.width - 2 }))}`;
    })
    .join('\n');
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? line : `  ${line}`))
    .join('\n');
}

/** A title on a rule across the terminal. */
export function heading(title: string, { width, color }: ShowOptions): string {
  const rule = '─'.repeat(Math.max(3, width - displayWidth(title) - 4));
  return `\n${dim('──', color)} ${bold(title, color)} ${dim(rule, color)}`;
}

/** A paragraph for the person who runs the demo. */
export function paragraph(text: string, { width }: ShowOptions): string {
  return wrap(text, width).join('\n');
}
