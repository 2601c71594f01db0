/** Whether a file lies below a folder. Folder by folder; `*` stands for any one, so that no pattern can be slow. */
export function isUnder(file: string, folder: string): boolean {
  const parts = file.split('/');
  const wanted = folder.split('/').filter((part) => part !== '' && part !== '.');
  return wanted.length < parts.length && wanted.every((part, index) => part === '*' || part === parts[index]);
}
